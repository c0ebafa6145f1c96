//! An instance: the framework's, but for what it does not do as the format says, or as it must be here
//! (nice-plug 0.4.2, `src/wrapper/vst3/wrapper.rs`).
//!
//! | the framework | here |
//! |---|---|
//! | names speakers of its own for a number of channels, whatever the host has set; hosts that insist on theirs (JUCE's) then refuse 4, 7, 8 and more channels | the speakers that the host has set are those that it is told |
//! | starts with the mode (in real time, offline) that the host stated for the start before | starts with the mode that the host stated for this start |
//! | refuses a state that it cannot read, and stays as it was | the same; but an instance without a class mutes then, because one may have been chosen in that state |
//! | panics where it is asked for the parameter behind the last one | refuses |
//!
//! It has no interfaces for MIDI and notes, which an effect on audio does not need.

use nice_plug::wrapper::vst3::Wrapper;
use nice_plug::wrapper::vst3::vst3::Class;
use nice_plug::wrapper::vst3::vst3::ComRef;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::ChannelContext::{
    IInfoListener, IInfoListenerTrait,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    BusDirection, BusDirections_::kInput, BusDirections_::kOutput, BusInfo, CString,
    IAttributeList, IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentHandler,
    IComponentTrait, IEditController, IEditControllerTrait, IProcessContextRequirements,
    IProcessContextRequirementsTrait, IUnitInfo, IUnitInfoTrait, IoMode, MediaType, ParamID,
    ParamValue, ParameterInfo, ProcessData, ProcessSetup, ProgramListID, ProgramListInfo,
    RoutingInfo, SpeakerArrangement, String128, TChar, UnitID, UnitInfo,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IBStream, IBStream_::IStreamSeekMode_, IBStreamTrait, IPlugView,
    IPluginBaseTrait, TBool, TUID, int16, int32, kInvalidArgument, kResultOk, tresult, uint32,
};
use parking_lot::Mutex;

use crate::Patchveil;
use crate::made::{self, Made};

/// An instance in a VST3 host.
pub(super) struct Instance {
    framework: Wrapper<Patchveil>,
    made: Made,
    /// The speakers of input and output, once the host has set them. Hosts set and read them in their main
    /// thread, never while they process.
    speakers: Mutex<Option<[SpeakerArrangement; 2]>>,
}

impl Default for Instance {
    fn default() -> Self {
        let (framework, made) = made::watch(Wrapper::default);
        Self { framework, made, speakers: Mutex::default() }
    }
}

impl Class for Instance {
    type Interfaces = (
        IComponent,
        IEditController,
        IAudioProcessor,
        IProcessContextRequirements,
        IUnitInfo,
        IInfoListener,
    );
}

/// Functions of an interface that the framework answers.
macro_rules! forward {
    ($interface:ident: $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        $(
            unsafe fn $name(&self, $($argument: $type),*) -> $result {
                // SAFETY: the host's call, passed on as it is.
                unsafe { $interface::$name(&self.framework, $($argument),*) }
            }
        )*
    };
}

impl IAudioProcessorTrait for Instance {
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32,
    ) -> tresult {
        // SAFETY: the host's call, passed on as it is.
        let set = unsafe {
            self.framework.setBusArrangements(inputs, input_count, outputs, output_count)
        };
        if set == kResultOk {
            // SAFETY: the framework took one bus in each direction, so both places were read.
            *self.speakers.lock() = Some(unsafe { [*inputs, *outputs] });
        }
        set
    }

    unsafe fn getBusArrangement(
        &self,
        direction: BusDirection,
        index: int32,
        place: *mut SpeakerArrangement,
    ) -> tresult {
        let Some([input, output]) = *self.speakers.lock() else {
            // SAFETY: the host's call, passed on as it is.
            return unsafe { self.framework.getBusArrangement(direction, index, place) };
        };
        let speakers = match direction {
            _ if index != 0 || place.is_null() => return kInvalidArgument,
            direction if direction == kInput as BusDirection => input,
            direction if direction == kOutput as BusDirection => output,
            _ => return kInvalidArgument,
        };
        // SAFETY: a host passes a place for the answer.
        unsafe { place.write(speakers) };
        kResultOk
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        // The framework uses the mode of the call before.
        // SAFETY: the host's call, passed on as it is.
        unsafe {
            self.framework.setupProcessing(setup);
            self.framework.setupProcessing(setup)
        }
    }

    forward! { IAudioProcessorTrait:
        fn canProcessSampleSize(size: int32) -> tresult;
        fn getLatencySamples() -> uint32;
        fn setProcessing(state: TBool) -> tresult;
        fn process(data: *mut ProcessData) -> tresult;
        fn getTailSamples() -> uint32;
    }
}

impl IPluginBaseTrait for Instance {
    forward! { IPluginBaseTrait:
        fn initialize(context: *mut FUnknown) -> tresult;
        fn terminate() -> tresult;
    }
}

/// Whether there is nothing to read in a stream: some hosts pass one where they have no state.
///
/// # Safety
/// It is null or a stream of the host's.
unsafe fn is_empty(stream: *mut IBStream) -> bool {
    let (mut here, mut end) = (0, 0);
    // SAFETY: as the caller says.
    unsafe {
        let Some(stream) = ComRef::from_raw(stream) else { return true };
        stream.tell(&mut here) == kResultOk
            && stream.seek(0, IStreamSeekMode_::kIBSeekEnd as int32, &mut end) == kResultOk
            && stream.seek(here, IStreamSeekMode_::kIBSeekSet as int32, std::ptr::null_mut())
                == kResultOk
            && here == end
    }
}

impl IComponentTrait for Instance {
    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: the host's call, passed on as it is.
        let (empty, loaded) =
            unsafe { (is_empty(state), IComponentTrait::setState(&self.framework, state)) };
        if loaded != kResultOk && !empty {
            self.made.class.load_failed();
        }
        loaded
    }

    forward! { IComponentTrait:
        fn getControllerClassId(class: *mut TUID) -> tresult;
        fn setIoMode(mode: IoMode) -> tresult;
        fn getBusCount(media: MediaType, direction: BusDirection) -> int32;
        fn getBusInfo(media: MediaType, direction: BusDirection, index: int32, bus: *mut BusInfo) -> tresult;
        fn getRoutingInfo(input: *mut RoutingInfo, output: *mut RoutingInfo) -> tresult;
        fn activateBus(media: MediaType, direction: BusDirection, index: int32, state: TBool) -> tresult;
        fn setActive(state: TBool) -> tresult;
        fn getState(state: *mut IBStream) -> tresult;
    }
}

impl IEditControllerTrait for Instance {
    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        // SAFETY: the host's call, passed on where there is such a parameter.
        unsafe {
            if index >= self.framework.getParameterCount() {
                return kInvalidArgument;
            }
            self.framework.getParameterInfo(index, info)
        }
    }

    forward! { IEditControllerTrait:
        fn setComponentState(state: *mut IBStream) -> tresult;
        fn setState(state: *mut IBStream) -> tresult;
        fn getState(state: *mut IBStream) -> tresult;
        fn getParameterCount() -> int32;
        fn getParamStringByValue(id: ParamID, value: ParamValue, text: *mut String128) -> tresult;
        fn getParamValueByString(id: ParamID, text: *mut TChar, value: *mut ParamValue) -> tresult;
        fn normalizedParamToPlain(id: ParamID, value: ParamValue) -> ParamValue;
        fn plainParamToNormalized(id: ParamID, value: ParamValue) -> ParamValue;
        fn getParamNormalized(id: ParamID) -> ParamValue;
        fn setParamNormalized(id: ParamID, value: ParamValue) -> tresult;
        fn setComponentHandler(handler: *mut IComponentHandler) -> tresult;
        fn createView(name: FIDString) -> *mut IPlugView;
    }
}

impl IProcessContextRequirementsTrait for Instance {
    forward! { IProcessContextRequirementsTrait:
        fn getProcessContextRequirements() -> uint32;
    }
}

impl IUnitInfoTrait for Instance {
    forward! { IUnitInfoTrait:
        fn getUnitCount() -> int32;
        fn getUnitInfo(index: int32, info: *mut UnitInfo) -> tresult;
        fn getProgramListCount() -> int32;
        fn getProgramListInfo(index: int32, info: *mut ProgramListInfo) -> tresult;
        fn getProgramName(list: ProgramListID, program: int32, name: *mut String128) -> tresult;
        fn getProgramInfo(list: ProgramListID, program: int32, attribute: CString, value: *mut String128) -> tresult;
        fn hasProgramPitchNames(list: ProgramListID, program: int32) -> tresult;
        fn getProgramPitchName(list: ProgramListID, program: int32, pitch: int16, name: *mut String128) -> tresult;
        fn getSelectedUnit() -> UnitID;
        fn selectUnit(unit: UnitID) -> tresult;
        fn getUnitByBus(media: MediaType, direction: BusDirection, bus: int32, channel: int32, unit: *mut UnitID) -> tresult;
        fn setUnitProgramData(list: int32, program: int32, data: *mut IBStream) -> tresult;
    }
}

impl IInfoListenerTrait for Instance {
    forward! { IInfoListenerTrait:
        fn setChannelContextInfos(list: *mut IAttributeList) -> tresult;
    }
}
