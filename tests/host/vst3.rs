//! A VST3 host that uses the interfaces of the format directly.
#![allow(clippy::unnecessary_cast, reason = "the constants have other types on other systems")]

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::path::Path;

use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::kPlaying;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0,
    BusDirections_::kInput,
    BusDirections_::kOutput,
    IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentTrait, IEditController,
    IEditControllerTrait, IParamValueQueue, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait,
    MediaTypes_::kAudio,
    ParamID, ParamValue, ParameterInfo, ProcessContext, ProcessData,
    ProcessModes_::{kOffline, kRealtime},
    ProcessSetup, SpeakerArrangement, String128,
    SymbolicSampleSizes_::kSample32,
};
use vst3::Steinberg::{
    IBStream, IBStream_::IStreamSeekMode_, IBStreamTrait, IPluginBaseTrait, IPluginFactory,
    IPluginFactoryTrait, PClassInfo, kInvalidArgument, kResultFalse, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper, Interface};

/// A loaded library. It stays loaded until the process ends, as in most hosts.
pub struct Module {
    factory: ComPtr<IPluginFactory>,
}

/// One instance.
pub struct Instance {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    controller: ComPtr<IEditController>,
    active: bool,
    /// Channels that come in, where a layout was set.
    inputs: Option<usize>,
    offline: bool,
}

type Entry = unsafe extern "C" fn(*mut c_void) -> bool;
type Factory = unsafe extern "system" fn() -> *mut IPluginFactory;

impl Module {
    /// Loads the library at `path`, as a host on Linux does.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        // SAFETY: the library is the plug-in that this repository builds, and VST3 defines these types.
        unsafe {
            let library = Box::leak(Box::new(libloading::Library::new(path).unwrap()));
            let entry = library.get::<Entry>(b"ModuleEntry\0").unwrap();
            assert!(entry(std::ptr::null_mut()));
            let factory = library.get::<Factory>(b"GetPluginFactory\0").unwrap();
            Self { factory: ComPtr::from_raw(factory()).unwrap() }
        }
    }

    /// Names of the classes in the library.
    #[must_use]
    pub fn classes(&self) -> Vec<String> {
        // SAFETY: the indices are below the count.
        unsafe {
            (0..self.factory.countClasses())
                .map(|index| {
                    let mut info: PClassInfo = std::mem::zeroed();
                    assert_eq!(self.factory.getClassInfo(index, &mut info), kResultOk);
                    std::ffi::CStr::from_ptr(info.name.as_ptr()).to_str().unwrap().to_owned()
                })
                .collect()
        }
    }

    /// What the factory gives for ids of a class and an interface, where before it was something else.
    #[must_use]
    pub fn create(&self, class: &[u8; 16], interface: &[u8; 16]) -> (tresult, *mut c_void) {
        let mut object = std::ptr::dangling_mut::<c_void>();
        let (class, interface) = (class.as_ptr().cast(), interface.as_ptr().cast());
        // SAFETY: ids and place outlive the call.
        let made = unsafe { self.factory.createInstance(class, interface, &mut object) };
        (made, object)
    }

    /// A new, initialised instance.
    #[must_use]
    pub fn instance(&self) -> Instance {
        // SAFETY: the order of the calls is the format's.
        unsafe {
            let mut info: PClassInfo = std::mem::zeroed();
            assert_eq!(self.factory.getClassInfo(0, &mut info), kResultOk);
            let mut object = std::ptr::null_mut();
            let iid = IComponent::IID;
            let made =
                self.factory.createInstance(info.cid.as_ptr(), iid.as_ptr().cast(), &mut object);
            assert_eq!(made, kResultOk);
            let component: ComPtr<IComponent> = ComPtr::from_raw(object.cast()).unwrap();
            assert_eq!(component.initialize(std::ptr::null_mut()), kResultOk);
            let processor = component.cast().unwrap();
            let controller = component.cast().unwrap();
            Instance {
                component,
                processor,
                controller,
                active: false,
                inputs: None,
                offline: false,
            }
        }
    }
}

impl Instance {
    /// Asks for a channel layout; returns whether the plug-in accepted it.
    pub fn layout(&mut self, input: SpeakerArrangement, output: SpeakerArrangement) -> bool {
        let (mut input, mut output) = (input, output);
        // SAFETY: there is one bus in each direction.
        let set = unsafe { self.processor.setBusArrangements(&mut input, 1, &mut output, 1) };
        assert!(set == kResultOk || set == kResultFalse || set == kInvalidArgument);
        if set == kResultOk {
            self.inputs = Some(input.count_ones() as usize);
        }
        set == kResultOk
    }

    /// The speakers of input and output, as the plug-in says.
    #[must_use]
    pub fn arrangements(&self) -> [SpeakerArrangement; 2] {
        [kInput, kOutput].map(|direction| self.arrangement(direction as i32, 0).unwrap())
    }

    /// The speakers of any bus, if there is one.
    #[must_use]
    pub fn arrangement(&self, direction: i32, index: i32) -> Option<SpeakerArrangement> {
        let mut arrangement = 0;
        // SAFETY: the place outlives the call.
        let got = unsafe { self.processor.getBusArrangement(direction, index, &mut arrangement) };
        (got == kResultOk).then_some(arrangement)
    }

    /// Whether it has an interface.
    #[must_use]
    pub fn has<I: Interface>(&self) -> bool {
        self.component.cast::<I>().is_some()
    }

    /// Says from the next start on that it renders, or that it plays.
    pub fn offline(&mut self, offline: bool) {
        self.offline = offline;
    }

    fn mode(&self) -> i32 {
        if self.offline { kOffline as i32 } else { kRealtime as i32 }
    }

    /// Sets up, activates and starts processing.
    pub fn activate(&mut self, rate: f64, max: i32) {
        let mut setup = ProcessSetup {
            processMode: self.mode(),
            symbolicSampleSize: kSample32 as i32,
            maxSamplesPerBlock: max,
            sampleRate: rate,
        };
        // SAFETY: the order of the calls is the format's.
        unsafe {
            assert_eq!(self.processor.setupProcessing(&mut setup), kResultOk);
            for direction in [kInput, kOutput] {
                let bus = self.component.activateBus(kAudio as i32, direction as i32, 0, 1);
                assert_eq!(bus, kResultOk);
            }
            assert_eq!(self.component.setActive(1), kResultOk);
            assert_eq!(self.processor.setProcessing(1), kResultOk);
        }
        self.active = true;
    }

    /// Stops processing and deactivates.
    pub fn deactivate(&mut self) {
        if std::mem::take(&mut self.active) {
            // SAFETY: the order of the calls is the format's.
            unsafe {
                self.processor.setProcessing(0);
                self.component.setActive(0);
            }
        }
    }

    /// Processes a block in place, with the host playing at `position` or stopped; `changes` are at its first
    /// sample.
    pub fn process(
        &mut self,
        channels: &mut [&mut [f32]],
        position: Option<i64>,
        changes: &[(ParamID, ParamValue)],
    ) {
        let changes: Vec<_> = changes.iter().map(|&(id, value)| (0, id, value)).collect();
        self.process_with(channels, position, &changes);
    }

    /// The same with changes anywhere in the block: sample, parameter, value.
    pub fn process_with(
        &mut self,
        channels: &mut [&mut [f32]],
        position: Option<i64>,
        changes: &[(i32, ParamID, ParamValue)],
    ) {
        let mut to: Vec<*mut f32> =
            channels.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        // In place, except for what has more outputs than inputs.
        let mut from = to[..self.inputs.unwrap_or(to.len())].to_vec();
        let bus = |pointers: &mut Vec<*mut f32>| AudioBusBuffers {
            numChannels: pointers.len() as i32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: pointers.as_mut_ptr() },
        };
        let (mut input, mut output) = (bus(&mut from), bus(&mut to));
        let mut queues: Vec<Queue> = Vec::new();
        for &(at, id, value) in changes {
            match queues.iter_mut().find(|queue| queue.id == id) {
                Some(queue) => queue.points.push((at, value)),
                None => queues.push(Queue { id, points: vec![(at, value)] }),
            }
        }
        let changes = ComWrapper::new(Changes(queues.into_iter().map(ComWrapper::new).collect()));
        let changes = changes.to_com_ptr::<IParameterChanges>().unwrap();
        // SAFETY: zeros are valid in all of its fields.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = if position.is_some() { kPlaying as u32 } else { 0 };
        context.projectTimeSamples = position.unwrap_or(0);
        let mut data = ProcessData {
            processMode: self.mode(),
            symbolicSampleSize: kSample32 as i32,
            numSamples: channels[0].len() as i32,
            numInputs: 1,
            numOutputs: 1,
            inputs: &mut input,
            outputs: &mut output,
            inputParameterChanges: changes.as_ptr(),
            outputParameterChanges: std::ptr::null_mut(),
            inputEvents: std::ptr::null_mut(),
            outputEvents: std::ptr::null_mut(),
            processContext: &mut context,
        };
        // SAFETY: all that `data` points to outlives the call.
        assert_eq!(unsafe { self.processor.process(&mut data) }, kResultOk);
    }

    /// The state, as a session stores it.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        assert_eq!(unsafe { self.component.getState(pointer.as_ptr()) }, kResultOk);
        stream.data.borrow().clone()
    }

    /// Loads a state; returns whether the plug-in accepted it.
    pub fn load(&mut self, data: &[u8]) -> bool {
        let stream = ComWrapper::new(Stream::default());
        stream.data.borrow_mut().extend_from_slice(data);
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        unsafe { self.component.setState(pointer.as_ptr()) == kResultOk }
    }

    /// Latency and tail in samples.
    #[must_use]
    pub fn latency_and_tail(&self) -> (u32, u32) {
        // SAFETY: no arguments.
        unsafe { (self.processor.getLatencySamples(), self.processor.getTailSamples()) }
    }

    /// Id, name and flags of every parameter.
    #[must_use]
    pub fn params(&self) -> Vec<(ParamID, String, i32)> {
        // SAFETY: the indices are below the count.
        unsafe {
            (0..self.controller.getParameterCount())
                .map(|index| {
                    let mut info: ParameterInfo = std::mem::zeroed();
                    assert_eq!(self.controller.getParameterInfo(index, &mut info), kResultOk);
                    (info.id, text(&info.title), info.flags)
                })
                .collect()
        }
    }

    /// Whether the plug-in describes a parameter at this place.
    #[must_use]
    pub fn has_param(&self, index: i32) -> bool {
        // SAFETY: zeros are valid in all of its fields, and it outlives the call.
        unsafe {
            let mut info: ParameterInfo = std::mem::zeroed();
            self.controller.getParameterInfo(index, &mut info) == kResultOk
        }
    }

    /// The normalised value of a parameter, and its text.
    #[must_use]
    pub fn value(&self, id: ParamID) -> (ParamValue, String) {
        // SAFETY: the id is the plug-in's.
        unsafe {
            let value = self.controller.getParamNormalized(id);
            let mut string: String128 = [0; 128];
            self.controller.getParamStringByValue(id, value, &mut string);
            (value, text(&string))
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.deactivate();
        // SAFETY: nothing is called after it.
        unsafe { self.component.terminate() };
    }
}

fn text(chars: &[u16]) -> String {
    let len = chars.iter().position(|c| *c == 0).unwrap_or(chars.len());
    String::from_utf16(&chars[..len]).unwrap()
}

/// A stream in memory.
#[derive(Default)]
struct Stream {
    data: RefCell<Vec<u8>>,
    at: Cell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, len: i32, read: *mut i32) -> tresult {
        let data = self.data.borrow();
        let rest = &data[self.at.get().min(data.len())..];
        let count = rest.len().min(len as usize);
        // SAFETY: the caller owns `buffer` of `len` bytes.
        unsafe {
            std::ptr::copy_nonoverlapping(rest.as_ptr(), buffer.cast(), count);
            if !read.is_null() {
                *read = count as i32;
            }
        }
        self.at.set(self.at.get() + count);
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, len: i32, written: *mut i32) -> tresult {
        // SAFETY: the caller owns `buffer` of `len` bytes.
        unsafe {
            let bytes = std::slice::from_raw_parts(buffer.cast::<u8>(), len as usize);
            self.data.borrow_mut().extend_from_slice(bytes);
            if !written.is_null() {
                *written = len;
            }
        }
        self.at.set(self.at.get() + len as usize);
        kResultOk
    }

    unsafe fn seek(&self, to: i64, mode: i32, result: *mut i64) -> tresult {
        let base = match mode as u32 {
            mode if mode == IStreamSeekMode_::kIBSeekSet as u32 => 0,
            mode if mode == IStreamSeekMode_::kIBSeekCur as u32 => self.at.get() as i64,
            _ => self.data.borrow().len() as i64,
        };
        self.at.set((base + to) as usize);
        if !result.is_null() {
            // SAFETY: the caller owns it.
            unsafe { *result = base + to };
        }
        kResultOk
    }

    unsafe fn tell(&self, at: *mut i64) -> tresult {
        // SAFETY: the caller owns it.
        unsafe { *at = self.at.get() as i64 };
        kResultOk
    }
}

/// Parameter changes of one block.
struct Changes(Vec<ComWrapper<Queue>>);

struct Queue {
    id: ParamID,
    /// Sample and value.
    points: Vec<(i32, ParamValue)>,
}

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> i32 {
        self.0.len() as i32
    }

    unsafe fn getParameterData(&self, index: i32) -> *mut IParamValueQueue {
        let queue: ComRef<IParamValueQueue> = self.0[index as usize].as_com_ref().unwrap();
        queue.as_ptr()
    }

    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut i32) -> *mut IParamValueQueue {
        std::ptr::null_mut()
    }
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> i32 {
        self.points.len() as i32
    }

    unsafe fn getPoint(&self, n: i32, offset: *mut i32, value: *mut ParamValue) -> tresult {
        // SAFETY: the caller owns both.
        unsafe { (*offset, *value) = self.points[n as usize] };
        kResultOk
    }

    unsafe fn addPoint(&self, _: i32, _: ParamValue, _: *mut i32) -> tresult {
        kResultFalse
    }
}
