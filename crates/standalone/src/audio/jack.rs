//! JACK, and PipeWire where it stands in for it. The server states rate and block size, and may
//! change both at any time.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::jack::{
    AsyncClient, AudioIn, AudioOut, Client, ClientOptions, ClientStatus, Control, Error, Frames,
    NotificationHandler, Port, PortFlags, PortId, PortSpec as _, ProcessHandler, ProcessScope,
    TransportState,
};
use parking_lot::Mutex;

use super::patch::{Link, Patch, Side};
use super::{
    Backend, BackendKind, CHANNELS_MAX, Connection, Device, DeviceList, Format, Health, Reason,
    Seat, Stream, Wanted,
};

/// Our name among the clients.
const NAME: &str = "patchveil";

/// The JACK server.
pub(super) struct Jack;

/// What the server tells beside sound.
struct Notifications {
    health: Arc<Health>,
    registered: Registered,
}

/// Names of the ports that have come since the last look.
type Registered = Arc<Mutex<BTreeSet<String>>>;

/// The audio thread.
struct Process {
    inputs: Vec<Port<AudioIn>>,
    outputs: Vec<Port<AudioOut>>,
    seat: Seat,
    health: Arc<Health>,
}

struct JackStream {
    client: AsyncClient<Notifications, Process>,
    /// Full names of our ports.
    inputs: Vec<String>,
    outputs: Vec<String>,
    wanted: Wanted,
    format: Format,
    health: Arc<Health>,
    patch: Patch,
    registered: Registered,
}

fn connect(name: &str) -> Result<Client, Reason> {
    match Client::new(name, ClientOptions::NO_START_SERVER) {
        Ok((client, _)) => Ok(client),
        Err(Error::LibraryError(_)) => Err(Reason::NoJack),
        Err(_) => Err(Reason::NoServer),
    }
}

/// Audio ports of `client`'s server with these flags.
fn ports(client: &Client, flags: PortFlags) -> Vec<String> {
    client.ports(None, Some(AudioIn::default().jack_port_type()), flags)
}

/// The client that a port belongs to. Names of clients may hold colons, those of ports may not.
fn owner(port: &str) -> &str {
    port.rsplit_once(':').map_or(port, |(client, _)| client)
}

/// The clients of `ports`, each once, without ourselves.
fn owners(ports: &[String], own: &str) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for name in ports.iter().map(|port| owner(port)).filter(|name| *name != own) {
        if devices.iter().all(|device| device.id != name) {
            devices.push(Device { id: name.to_owned(), name: name.to_owned() });
        }
    }
    devices
}

impl Backend for Jack {
    fn devices(&mut self) -> Result<DeviceList, Reason> {
        let client = connect("patchveil-devices")?;
        Ok(DeviceList {
            inputs: owners(&ports(&client, PortFlags::IS_OUTPUT), NAME),
            outputs: owners(&ports(&client, PortFlags::IS_INPUT), NAME),
        })
    }

    fn open(
        &mut self,
        wanted: &Wanted,
        begin: &mut dyn FnMut(Format) -> Seat,
    ) -> Result<Box<dyn Stream>, Reason> {
        let client = connect(NAME)?;
        let failed = |error: Error| Reason::Refused(error.to_string());
        let channels = usize::from(wanted.channels).min(CHANNELS_MAX);
        let inputs = (1..=channels)
            .map(|number| client.register_port(&format!("input_{number}"), AudioIn::default()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        let outputs = (1..=channels)
            .map(|number| client.register_port(&format!("output_{number}"), AudioOut::default()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        let names = (
            inputs.iter().map(Port::name).collect::<Result<Vec<_>, _>>().map_err(failed)?,
            outputs.iter().map(Port::name).collect::<Result<Vec<_>, _>>().map_err(failed)?,
        );
        let format = Format { channels, sample_rate: client.sample_rate() };
        let health = Arc::new(Health::default());
        let seat = begin(format);
        let process = Process { inputs, outputs, seat, health: health.clone() };
        let registered = Registered::default();
        let notifications =
            Notifications { health: health.clone(), registered: registered.clone() };
        let client = client.activate_async(notifications, process).map_err(failed)?;
        let (inputs, outputs) = names;
        let (wanted, patch) = (wanted.clone(), Patch::default());
        let stream =
            JackStream { client, inputs, outputs, wanted, format, health, patch, registered };
        Ok(Box::new(stream))
    }
}

impl JackStream {
    /// Where our inputs are to be connected to, as far as it is there.
    fn wanted_inputs(&self, all: &[String]) -> Vec<Link> {
        let sources: Vec<String> = match (&self.wanted.jack_inputs, &self.wanted.input) {
            (Some(list), _) => list.split(',').map(str::to_owned).collect(),
            (None, Some(source)) => of_client(all, source),
            (None, None) => Vec::new(),
        };
        // One source feeds every input: a microphone is mono, a voice is heard on both sides.
        let each = (sources.len() > 1).then_some(&sources);
        let of = |number| each.map_or(sources.first(), |sources| sources.get(number));
        let links = (0..self.inputs.len()).filter_map(|number| Some((number, of(number)?.clone())));
        links.map(|(number, other)| Link { side: Side::Input, number, other }).collect()
    }

    /// Where our outputs are to be connected to: by default to the first sound card.
    fn wanted_outputs(&self, all: &[String]) -> Vec<Link> {
        let targets = match self.wanted.output.as_deref() {
            Some(target) => of_client(all, target),
            None => {
                let client = self.client.as_client();
                let physical = ports(client, PortFlags::IS_INPUT | PortFlags::IS_PHYSICAL);
                let first = physical.first().map(|port| owner(port).to_owned());
                first.map_or_else(Vec::new, |first| of_client(&physical, &first))
            }
        };
        let targets = targets.into_iter().take(self.outputs.len()).enumerate();
        targets.map(|(number, other)| Link { side: Side::Output, number, other }).collect()
    }

    /// What our ports are connected to.
    fn links(&self) -> BTreeSet<Link> {
        let client = self.client.as_client();
        let sides = [(Side::Input, &self.inputs), (Side::Output, &self.outputs)];
        let ours = sides.into_iter().flat_map(|(side, names)| {
            names.iter().enumerate().map(move |(number, name)| (side, number, name))
        });
        let found = ours.filter_map(|(side, number, name)| {
            Some((side, number, client.port_by_name(name)?.get_connections()))
        });
        let links = found.flat_map(|(side, number, others)| {
            others.into_iter().map(move |other| Link { side, number, other })
        });
        links.collect()
    }

    /// Connects what is there again, or at last. Gives all connections, and what is wanted and not there.
    fn look(&mut self) -> (BTreeSet<Link>, Option<String>) {
        let client = self.client.as_client();
        let (sources, targets) =
            (ports(client, PortFlags::IS_OUTPUT), ports(client, PortFlags::IS_INPUT));
        let own = client.name().to_owned();
        let (inputs, outputs) = (self.wanted_inputs(&sources), self.wanted_outputs(&targets));
        let others: BTreeSet<String> =
            sources.into_iter().chain(targets).filter(|port| owner(port) != own).collect();
        let Wanted { input, output, jack_inputs, .. } = &self.wanted;
        let there = |links: &[Link]| links.iter().any(|link| others.contains(&link.other));
        let named = output.as_ref().filter(|name| !name.is_empty());
        let missing = match jack_inputs.as_ref().or(input.as_ref()) {
            Some(name) if !there(&inputs) => Some(name.clone()),
            _ => named.filter(|_| !there(&outputs)).cloned(),
        };
        let connected = self.links();
        let new = std::mem::take(&mut *self.registered.lock());
        let wanted = [inputs, outputs].concat();
        let make = self.patch.look(others, &new, &connected, &wanted);
        if make.is_empty() {
            return (connected, missing);
        }
        for link in &make {
            if self.connect(link).is_err() {
                self.patch.retry(link);
            }
        }
        (self.links(), missing)
    }

    fn connect(&self, link: &Link) -> Result<(), Error> {
        let client = self.client.as_client();
        let done = match link.side {
            Side::Input => client.connect_ports_by_name(&link.other, &self.inputs[link.number]),
            Side::Output => client.connect_ports_by_name(&self.outputs[link.number], &link.other),
        };
        match done {
            Err(Error::PortAlreadyConnected(..)) => Ok(()),
            done => done,
        }
    }

    /// Who is connected on this side.
    fn names(&self, links: &BTreeSet<Link>, side: Side) -> Option<String> {
        let others = links.iter().filter(|link| link.side == side);
        let others: Vec<String> = others.map(|link| link.other.clone()).collect();
        let devices = owners(&others, self.client.as_client().name());
        let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// Those of `ports` that belong to `client`.
fn of_client(ports: &[String], client: &str) -> Vec<String> {
    ports.iter().filter(|port| owner(port) == client).cloned().collect()
}

impl Stream for JackStream {
    fn connection(&mut self) -> Connection {
        let (links, missing) = self.look();
        Connection {
            backend: BackendKind::Jack,
            from: self.names(&links, Side::Input),
            to: self.names(&links, Side::Output),
            missing,
            quiet: false,
            format: self.format,
            block: self.health.block(),
        }
    }

    fn patch(&mut self) -> Patch {
        let mut patch = std::mem::take(&mut self.patch);
        patch.restart();
        patch
    }

    fn restore(&mut self, mut patch: Patch) {
        let ours = |link: &Link| match link.side {
            Side::Input => link.number < self.inputs.len(),
            Side::Output => link.number < self.outputs.len(),
        };
        patch.retain(ours);
        self.patch = patch;
    }

    fn health(&self) -> &Health {
        &self.health
    }
}

impl NotificationHandler for Notifications {
    unsafe fn shutdown(&mut self, _: ClientStatus, _: &str) {
        self.health.lose();
    }

    fn port_registration(&mut self, client: &Client, port: PortId, is_registered: bool) {
        if let Some(port) = client.port_by_id(port).filter(|_| is_registered)
            && let Ok(name) = port.name()
        {
            self.registered.lock().insert(name);
        }
    }

    fn xrun(&mut self, _: &Client) -> Control {
        self.health.drop_out();
        Control::Continue
    }
}

impl ProcessHandler for Process {
    fn process(&mut self, client: &Client, scope: &ProcessScope) -> Control {
        let count = self.outputs.len().min(CHANNELS_MAX);
        let mut channels: [&mut [f32]; CHANNELS_MAX] = Default::default();
        let ports = self.inputs.iter().zip(&mut self.outputs);
        let mut quiet = true;
        for (channel, (input, output)) in channels.iter_mut().zip(ports) {
            *channel = output.as_mut_slice(scope);
            let input = input.as_slice(scope);
            quiet = quiet && input.iter().all(|sample| *sample == 0.0);
            channel.copy_from_slice(input);
        }
        self.health.hear(scope.n_frames() as usize, quiet);
        let transport = client.transport().query().ok();
        let rolling = transport.filter(|now| now.state == TransportState::Rolling);
        let position = rolling.map(|now| i64::from(now.pos.frame()));
        let sample_rate = client.sample_rate();
        self.seat.process(sample_rate, position, &mut channels[..count]);
        self.health.count(scope.n_frames() as usize, sample_rate);
        Control::Continue
    }

    fn buffer_size(&mut self, _: &Client, _: Frames) -> Control {
        Control::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_grouped_by_their_client() {
        let ports = ["system:capture_1", "system:capture_2", "patchveil:output_1", "a:b:out"];
        let ports = ports.map(str::to_owned);
        let names: Vec<String> = owners(&ports, NAME).into_iter().map(|device| device.id).collect();
        assert_eq!(names, ["system", "a:b"]);
        assert_eq!(of_client(&ports, "system"), ports[..2]);
        assert_eq!(of_client(&ports, "a:b"), ports[3..]);
    }
}
