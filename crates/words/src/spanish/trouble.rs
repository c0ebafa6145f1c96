//! What goes wrong below the windows.

use crate::texts::{
    DeviceTrouble, Files, KeyringTrouble, NoProtection, PresetTrouble, SettingsTrouble,
};

pub(super) const FILES: Files = Files {
    disk_full: |path| format!("«{path}»: el disco está lleno. Libere espacio o elija otro disco."),
    not_writable: |path| format!("«{path}»: no se permite escribir ahí. Elija otra carpeta."),
    not_readable: |path| format!("«{path}»: no se permite leer este archivo. Elija otro."),
    no_folder: |path| format!("«{path}»: la carpeta no existe. Elija otra."),
    no_file: |path| format!("«{path}»: este archivo no existe. Elija otro."),
    too_large: |path| format!("«{path}»: ahí los archivos no pueden ser mayores."),
    exists: |path| format!("«{path}» ya existe y no se sobrescribe. Elija otro nombre de archivo."),
    failed: |path, said| format!("«{path}»: mensaje del sistema: {said}."),
};

pub(super) const KEYRING: KeyringTrouble = KeyringTrouble {
    locked: |path| {
        format!(
            "el llavero {path} está bloqueado: escriba su frase de contraseña en la ventana de Patchveil"
        )
    },
    import_locked: "la clave que se importa está bloqueada: hace falta su frase de contraseña",
    wrong_passphrase: |path| {
        format!(
            "frase de contraseña incorrecta para el llavero {path}: inténtelo de nuevo (bloqueo de \
             mayúsculas, distribución del teclado)"
        )
    },
    import_wrong_passphrase: "frase de contraseña incorrecta para la clave que se importa: inténtelo \
        de nuevo (bloqueo de mayúsculas, distribución del teclado)",
    bad_passphrase: "frase de contraseña inservible: escriba una o más palabras en una línea",
    too_open: |path, mode| {
        format!(
            "otros pueden leer o modificar el llavero {path} (permisos {mode}): ejecute \
             `chmod 600 {path}`"
        )
    },
    read_only: |path| {
        format!(
            "el llavero {path} es de solo lectura: permita escribir en el archivo y su carpeta, o indique \
             otro llavero"
        )
    },
    damaged: |path, found| {
        format!(
            "el llavero {path} está dañado y queda como está: restáurelo de una copia, o apártelo para \
             empezar otro ({found})"
        )
    },
    import_damaged: |found| {
        format!("la clave que se importa está dañada: copie de nuevo la exportación ({found})")
    },
    newer: |path| {
        format!(
            "el llavero {path} es de un Patchveil más nuevo y queda como está: actualice Patchveil"
        )
    },
    busy: |path| {
        format!("otro programa usa el llavero {path}: cierre ese programa e inténtelo de nuevo")
    },
    duplicate_name: |name| {
        format!("ya hay una clase llamada {name}: elija otro nombre o cambie el de aquella")
    },
    duplicate_key: |name| format!("esta clave ya está en el llavero, como {name}: use esa clase"),
    bad_name: |found| format!("nombre de clase inservible: {found}"),
    not_a_key: |found| {
        format!(
            "no hay clave que importar: se espera una línea pvkey1… o un archivo exportado por Patchveil \
             ({found})"
        )
    },
    no_name: "esta clave no trae nombre: escriba uno para su clase",
    no_folder: |variable| {
        format!(
            "este sistema no tiene carpeta de datos para usted: indique el llavero con {variable}"
        )
    },
    not_watched: "ya no se vigila el llavero: cierre esta ventana y ábrala de nuevo",
    other: |said| format!("el llavero no se puede usar: {said}"),
};

pub(super) const NO_PROTECTION: NoProtection = NoProtection {
    newer_session: "la sesión es de un Patchveil más nuevo: actualice Patchveil",
    damaged_session: "la sesión está dañada y su clase no se puede leer: elija la clase",
    no_class: "no hay clase elegida",
    default_unknown: |why| format!("no se puede leer si hay una clase por defecto: {why}"),
    not_in_keyring: |class, key| {
        format!("la clave de «{class}» ({key}) no está en el llavero: impórtela o elija otra clase")
    },
    unreadable: |class, key, why| format!("la clave de «{class}» ({key}) no se puede leer: {why}"),
    design_failed: "el hilo de diseño ha fallado: reinicie el plug-in",
};

pub(super) const PRESET: PresetTrouble = PresetTrouble {
    bad_name: |name, found| format!("Un preset no puede llamarse {name}: {found}."),
    unknown: |name| format!("Ninguno de sus presets se llama {name}."),
    exists: |name| format!("Ya hay un preset {name}: elija otro nombre o elimine antes aquel."),
    not_a_recipe: |path, found| format!("«{path}» no es una receta: {found}."),
    unusable: |path, why| format!("«{path}» no se puede usar: {why}."),
};

pub(super) const DEVICE: DeviceTrouble = DeviceTrouble {
    no_jack: "JACK no está instalado aquí. Instale JACK o PipeWire, o elija otro backend.",
    no_server: "No funciona ningún servidor JACK. Inicie JACK o PipeWire; se conecta en cuanto esté.",
    refused: |said| format!("El servidor JACK lo ha rechazado: {said}."),
    no_output: "Este equipo no tiene salida de audio. Conecte una o inicie un servidor de audio.",
    input_missing: |name| {
        format!("La entrada «{name}» no está. Conéctela o elija otra; se conecta en cuanto vuelva.")
    },
    output_missing: |name| {
        format!("La salida «{name}» no está. Conéctela o elija otra; se conecta en cuanto vuelva.")
    },
    not_listed: |said| format!("El sistema no indica ningún dispositivo de audio: {said}."),
    gone: |name| {
        format!("«{name}» ha desaparecido. Conéctelo otra vez; se conecta en cuanto vuelva.")
    },
    stopped: |name, said| format!("«{name}» se ha detenido: {said}."),
    not_opened: |name, said| format!("«{name}» no se abre: {said}."),
    is_busy: "Cierre el programa que lo usa o elija otro dispositivo.",
    is_forbidden: "Permita que Patchveil lo use en los ajustes de privacidad del sistema.",
    no_format: |name| {
        format!("«{name}» no se puede usar: no ofrece ningún formato que Patchveil conozca.")
    },
    other_rate: |name, hz| {
        format!(
            "«{name}» no se puede usar: no funciona a los {hz} Hz de la salida. Elija otra frecuencia, o \
             entrada y salida de un mismo dispositivo."
        )
    },
    other_output: "Conecte un dispositivo de audio, inicie un servidor de audio o elija otra salida.",
};

pub(super) const SETTINGS: SettingsTrouble = SettingsTrouble {
    unreadable: |path, said| {
        format!(
            "«{path}» no se puede leer. La salida queda en silencio hasta que elija una clase, o repare o \
             elimine el archivo: {said}"
        )
    },
    not_set_aside: |path, said| {
        format!("«{path}» no se puede renombrar, así que nada se guarda: {said}")
    },
};
