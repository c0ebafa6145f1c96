//! The standalone.

use crate::texts::{Devices, Live, RecordingWords, Trouble, Welcome};

pub(super) const LIVE: Live = Live {
    connecting: "Conectando …",
    no_device: "No hay dispositivo de audio.",
    lost_device: "Se perdió el dispositivo de audio.",
    no_sound: "No entra ni sale sonido.",
    no_sound_hint: "El backend es «Ninguno (silencio)». Elija otro en Dispositivos.",
    not_there: |device| format!("«{device}» no está."),
    not_there_hint: "Se conecta en cuanto vuelva.",
    nothing_connected: "Ni entrada ni salida conectadas.",
    nothing_connected_hint: "Elíjalas en Dispositivos.",
    no_input: "Ninguna entrada conectada.",
    no_output: "Ninguna salida conectada.",
    choose_one: "Elija una en Dispositivos.",
    quiet_input: "La entrada no da más que silencio.",
    quiet_input_hint: "Puede estar silenciada, en pausa o bloqueada.",
    route: |from, to| format!("de: {from} – a: {to}"),
    nothing: "nada",
    dropouts: |times| match times {
        1 => "Se perdió sonido 1 vez: ayuda un búfer mayor.".to_owned(),
        times => format!("Se perdió sonido {times} veces: ayuda un búfer mayor."),
    },
    dropouts_of_two: |times| {
        let lost = match times {
            1 => "1 vez".to_owned(),
            times => format!("{times} veces"),
        };
        format!(
            "Se perdió sonido {lost}. Si la entrada y la salida tienen relojes distintos, use un solo \
             dispositivo, o JACK; si no, ayuda un búfer mayor."
        )
    },
    block: |frames, ms| format!("{frames} cuadros ({ms:.1} ms)"),
    muted_route: "La salida está silenciada. Active Monitor (Ctrl+M).",

    devices: "Dispositivos",
    devices_tip: "Entrada, salida, frecuencia y búfer (Ctrl+D).",
    input: "Entrada",
    output: "Salida",
    meter_tip: "Pico real de los últimos dos segundos y sonoridad de los últimos tres.",
    level: |name, level| format!("Nivel de {name}, pico {level} dBFS"),
    clipped: |name| format!("{name} saturada: sí, pulse para borrar"),
    not_clipped: |name| format!("{name} saturada: no"),
    clip: "CLIP",
    monitor: "Monitor",
    monitor_tip: "Envía la salida al dispositivo. Desactivado, se silencia; medidores y grabadora \
        siguen (Ctrl+M).",
    test_tone: "Tono de prueba",
    test_tone_tip: "Un segundo a −20 dBFS, para comprobar la salida (Ctrl+T).",
    output_muted: "La salida está silenciada.",
    back_up: "Respaldar la clave",
    back_up_why: "Sin su clave, nadie puede hallar ni restaurar lo que usted protege.",
    record: "Grabar",
    stop_recording: "Detener grabación",
    record_tip: "Graba lo que se envía, con los segundos anteriores (Ctrl+R).",
    options: "Opciones",
    options_tip: "Carpeta, formato y división de las grabaciones (Ctrl+O).",
    recording_waits: |file| format!("La grabación espera sonido: {file}"),
    recording_to: |length, file| format!("Grabando {length} en {file}."),
    lost: |seconds| format!("{seconds:.2} s se perdieron y son silencio."),
    over_full_scale: |samples| {
        format!("{samples} muestras superaban el fondo de escala y están recortadas.")
    },
    rounded: "(redondeado a 24 bits)",
    saved: |length, path| format!("Guardado {length}: {path}."),
    files: |count| format!("({count} archivos)"),
    not_in_manifest: |why| format!("Sin línea en el manifiesto: {why}."),
    not_protected: "no estaba protegida",
    protection_changed: "la protección cambió, o se perdió sonido, durante la grabación",
};

pub(super) const TROUBLE: Trouble = Trouble {
    server_stopped: "El servidor de audio se ha detenido. Se reconecta en cuanto funcione.",
    rate_changed: |hz| format!("La frecuencia de muestreo ha cambiado a {hz} Hz."),
    output_stalled: "El dispositivo de audio ya no entrega nada.",
    input_stalled: "La entrada ya no entrega nada.",
    input_reopened: "La entrada solo da ceros, así que se abrió de nuevo.",
    audio_died: "El hilo de audio ha fallado. Cierre Patchveil y ábralo de nuevo.",
    no_sound_recorded: "No se grabó nada: no llegó sonido.",
    recording_stopped: |why| format!("La grabación se ha detenido: {why}"),
    kept: |length, path| format!("Lo anterior ({length}) está en «{path}»."),
    left_in: |path| format!("Lo que hay está en «{path}»."),
    files_complete: "Los archivos anteriores están completos.",
    nothing_recorded: "No se grabó nada.",
    completed: |length, path| {
        format!("Una grabación interrumpida ya está completa ({length}): {path}")
    },
    damaged: |length, path, original| {
        format!(
            "Una grabación interrumpida está dañada después de {length}: {path}. Todo sigue en {original}"
        )
    },
    not_completed: |path, why| format!("Una grabación interrumpida queda como está: {path}: {why}"),
};

pub(super) const DEVICES: Devices = Devices {
    backend: "Backend",
    automatic: "Automático",
    silence: "Ninguno (silencio)",
    channels: "Canales",
    mono: "Mono",
    stereo: "Estéreo",
    channel_count: |count| format!("{count} canales"),
    none: "Ninguna",
    default: "Por defecto",
    not_connected: "Sin conectar",
    not_there: |id| format!("{id} (no está)"),
    rate: "Frecuencia",
    buffer: "Búfer",
    frames: |count| format!("{count} cuadros"),
    stated: "Lo fija el servidor JACK; cámbielo allí.",
    check: "Prueba de entrada",
    choose_input: "Elija una entrada.",
    heard: "Se oye la entrada.",
    say_something: "Diga algo: la barra se mueve.",
    no_sound_yet: "Aún no hay sonido.",
    play_tone: "Tono de prueba",
    play_tone_tip: "Un segundo a −20 dBFS: debería oírlo.",
    look: "Buscar dispositivos",
    look_tip: "Lista lo que se ha conectado desde entonces.",
};

pub(super) const RECORDING: RecordingWords = RecordingWords {
    folder: "Carpeta",
    format: "Formato",
    float32: "WAV, 32 bits flotante",
    int24: "WAV, 24 bits",
    flac24: "FLAC, 24 bits",
    pre_roll: |seconds| format!("Empezar {seconds} segundos antes de pulsar"),
    split: "Dividir",
    never: "Nunca",
    after: |minutes| format!("Tras {minutes} minutos"),
    note: "32 bits flotante es, bit a bit, lo que se envió; FLAC es lo mismo, redondeado a 24 bits. Cada archivo recibe \
        una línea en el manifiesto de la carpeta, patchveil.jsonl, para «patchveil verify».",
};

pub(super) const WELCOME: Welcome = Welcome {
    step: |number| format!("Paso {number} de 3"),
    class: "Crear una clase",
    class_text: "Una clase es lo que se protege con una clave: un programa, un artista, una voz. \
        La clave se crea en este equipo y nunca sale de él por sí sola.",
    class_name: "Nombre de la clase",
    example: "Programa nocturno",
    make: "Crear la clase",
    skip: "Omitir la bienvenida",
    backup: "Respaldar su clave",
    backup_text: |class| {
        format!(
            "Sin la clave de «{class}», nadie puede hallar ni restaurar lo que protegió, tampoco usted. \
             Guarde el archivo en otro disco y no diga a nadie la frase de contraseña."
        )
    },
    file: "Archivo",
    passphrase: "Frase de contraseña (opcional)",
    passphrase_hint: "vacía: quien tiene el archivo tiene la clave",
    save: "Guardar el respaldo",
    have_one: "Ya tengo uno",
    later: "Más tarde",
    file_name: |class| format!("Clave Patchveil {class}.txt"),
    devices: "Elegir los dispositivos",
    devices_text: "La entrada es su micrófono, o lo que suena. En la salida escuchan los demás: \
        altavoces, o un cable virtual a OBS o a una llamada.",
    done: "Listo",
};
