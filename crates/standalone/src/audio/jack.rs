//! JACK, and PipeWire where it stands in for it. The server states rate and block size, and may
//! change both at any time.

use std::sync::Arc;

use ::jack::{
    AsyncClient, AudioIn, AudioOut, Client, ClientOptions, ClientStatus, Control, Error, Frames,
    NotificationHandler, Port, PortFlags, PortSpec as _, ProcessHandler, ProcessScope,
    TransportState,
};

use super::{
    Backend, BackendKind, CHANNELS_MAX, Connection, Device, DeviceList, Format, Health, Seat,
    Stream, Wanted,
};

/// Our name among the clients.
const NAME: &str = "patchveil";

/// The JACK server.
pub(super) struct Jack;

/// What the server tells beside sound.
struct Notifications(Arc<Health>);

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
}

fn connect(name: &str) -> Result<Client, String> {
    match Client::new(name, ClientOptions::NO_START_SERVER) {
        Ok((client, _)) => Ok(client),
        Err(Error::LibraryError(_)) => {
            Err("JACK is not installed here. Install JACK or PipeWire, or choose another backend."
                .to_owned())
        }
        Err(_) => {
            Err("No JACK server runs. Start JACK or PipeWire; it is connected as soon as it \
                       is there."
                .to_owned())
        }
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
    fn devices(&mut self) -> Result<DeviceList, String> {
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
    ) -> Result<Box<dyn Stream>, String> {
        let client = connect(NAME)?;
        let failed = |error: Error| format!("The JACK server refused: {error}.");
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
        let client =
            client.activate_async(Notifications(health.clone()), process).map_err(failed)?;
        let (inputs, outputs) = names;
        let mut stream =
            JackStream { client, inputs, outputs, wanted: wanted.clone(), format, health };
        stream.connect_inputs();
        stream.connect_outputs();
        Ok(Box::new(stream))
    }
}

impl JackStream {
    /// Connects our inputs as the user wants. Ports that are not there are left for later.
    fn connect_inputs(&mut self) {
        let client = self.client.as_client();
        let sources = match (&self.wanted.jack_inputs, &self.wanted.input) {
            (Some(list), _) => list.split(',').map(str::to_owned).collect(),
            (None, Some(source)) => of_client(&ports(client, PortFlags::IS_OUTPUT), source),
            (None, None) => return,
        };
        // One source feeds every input: a microphone is mono, a voice is heard on both sides.
        let each = (sources.len() > 1).then_some(&sources);
        for (number, input) in self.inputs.iter().enumerate() {
            let source = each.map_or(sources.first(), |sources| sources.get(number));
            if let Some(source) = source {
                // Connected already, or not there: both are seen in the list of connections.
                let _ = client.connect_ports_by_name(source, input);
            }
        }
    }

    /// Connects our outputs as the user wants: by default to the first sound card.
    fn connect_outputs(&mut self) {
        let client = self.client.as_client();
        let targets = match self.wanted.output.as_deref() {
            Some("") => return,
            Some(target) => of_client(&ports(client, PortFlags::IS_INPUT), target),
            None => {
                let physical = ports(client, PortFlags::IS_INPUT | PortFlags::IS_PHYSICAL);
                let first = physical.first().map(|port| owner(port).to_owned());
                first.map_or_else(Vec::new, |first| of_client(&physical, &first))
            }
        };
        for (output, target) in self.outputs.iter().zip(&targets) {
            let _ = client.connect_ports_by_name(output, target);
        }
    }

    /// Who is connected to these ports of ours.
    fn connected(&self, ports: &[String]) -> Option<String> {
        let client = self.client.as_client();
        let found = ports.iter().filter_map(|name| client.port_by_name(name));
        let others: Vec<String> = found.flat_map(|port| port.get_connections()).collect();
        let devices = owners(&others, client.name());
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
        let mut from = self.connected(&self.inputs);
        if from.is_none() && self.wanted.has_input() {
            self.connect_inputs();
            from = self.connected(&self.inputs);
        }
        let mut to = self.connected(&self.outputs);
        if to.is_none() {
            self.connect_outputs();
            to = self.connected(&self.outputs);
        }
        let Wanted { input, output, jack_inputs, .. } = &self.wanted;
        let named = jack_inputs.as_ref().or(input.as_ref()).filter(|_| from.is_none());
        let missing = named.or(output.as_ref().filter(|name| to.is_none() && !name.is_empty()));
        Connection {
            backend: BackendKind::Jack,
            missing: missing.cloned(),
            from,
            to,
            format: self.format,
            block: self.health.block(),
        }
    }

    fn health(&self) -> &Health {
        &self.health
    }
}

impl NotificationHandler for Notifications {
    unsafe fn shutdown(&mut self, _: ClientStatus, _: &str) {
        self.0.lose();
    }

    fn xrun(&mut self, _: &Client) -> Control {
        self.0.drop_out();
        Control::Continue
    }
}

impl ProcessHandler for Process {
    fn process(&mut self, client: &Client, scope: &ProcessScope) -> Control {
        let count = self.outputs.len().min(CHANNELS_MAX);
        let mut channels: [&mut [f32]; CHANNELS_MAX] = Default::default();
        let ports = self.inputs.iter().zip(&mut self.outputs);
        for (channel, (input, output)) in channels.iter_mut().zip(ports) {
            *channel = output.as_mut_slice(scope);
            channel.copy_from_slice(input.as_slice(scope));
        }
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
