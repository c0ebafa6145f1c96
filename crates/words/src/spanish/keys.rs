//! The class keys.

use crate::texts::Keys;

pub(super) const KEYS: Keys = Keys {
    title: "Claves de clase",
    listen: "Escuchar",
    listen_tip: "Indica cuáles de estas claves lleva ya el sonido que entra, para no marcar nada \
        dos veces y poder comprobar un bounce.",
    new: "Nueva",
    new_tip: "Crea una clase con una clave secreta nueva.",
    import: "Importar",
    import_tip: "Importa una clave exportada aquí o en otro lugar.",
    reading: "Leyendo el llavero …",
    working: "En curso …",
    ok: "Aceptar",
    search: "Buscar",
    search_classes: |count| format!("Buscar en {count} clases"),
    nothing_found: |wanted| format!("Ninguna clase tiene «{wanted}» en su nombre o huella."),

    heard: |keys, seconds| {
        format!(
            "Lo que entra ya está marcado: {keys}, en {seconds:.0} s. Si se marca de nuevo, llevará \
             ambas marcas."
        )
    },
    heard_key: |name, p| format!("«{name}» ({p})"),
    heard_nothing_yet: "Escuchando lo que entra: hacen falta tres segundos de sonido.",
    heard_none: |seconds| {
        format!("En {seconds:.0} s de lo que entró no se halló ninguna de estas claves.")
    },
    heard_unreadable: "El llavero no se puede leer.",

    none_yet: "Aún no hay claves de clase",
    none_yet_hint: "Una clase es lo que se protege como un todo: un programa, una voz, un \
        artista. Cada una tiene su propia clave secreta, que nunca sale de este equipo si usted \
        no la exporta. La primera se usa aquí de inmediato, y en las instancias nuevas.",
    first_new: "Nueva clave",
    first_import: "Importar una clave",

    in_use: "En uso",
    is_default: "Por defecto",
    key: |fingerprint| format!("Clave {fingerprint}"),
    since: |date| format!("En este llavero desde {date}"),
    uses_this: "Esta instancia usa esta clase.",
    use_here: "Usar aquí",
    use_here_tip: "Usa esta clase desde el próximo tramo.",
    rename: "Nombre",
    export: "Exportar",
    make_default: "Defecto",
    make_default_tip: "Las instancias nuevas usan la clase por defecto.",
    remove: "Borrar",

    class_name: "Nombre de la clase",
    class_name_hint: "Un programa, una voz, un artista",
    create: "Crear la clave",
    new_name: "Nombre nuevo",
    rename_note: "La clave sigue siendo la misma, y todo lo que protege también.",
    use_name: "Usar este nombre",
    remove_warning: |class| {
        format!(
            "Borra «{class}» y su clave para siempre. Sin una copia de la clave, nada de lo que \
             protegía se puede restaurar ni reconocer."
        )
    },
    remove_confirm: |class| format!("Para confirmar, escriba el nombre: {class}"),
    remove_for_good: "Borrar para siempre",
    nothing_removed: |class| format!("No se borró nada: escriba «{class}» para confirmar."),
    import_source: "Clave o archivo",
    import_source_hint: "Pegue pvkey1…, o la ruta de un archivo exportado",
    import_name_hint: "Vacío: el nombre en el archivo de clave",
    import_passphrase: "Frase de contraseña de la clave",
    import_now: "Importar",
    export_note: "Quien tiene la clave puede quitar la protección. Guarde la copia como una contraseña.",
    export_passphrase: "Frase de contraseña de la copia",
    export_passphrase_hint: "Vacía: sin frase de contraseña",
    file: "Archivo",
    save: "Guardar",
    show_key: "Mostrar la clave",
    show_key_tip: "Muestra la clave secreta en pantalla. Asegúrese de que nadie mire.",
    secret_note: "Esta es la clave secreta. Cópiela a un lugar seguro y ocúltela.",
    copy: "Copiar",
    copy_tip: "Pone la clave en el portapapeles, donde otros programas pueden leerla.",
    hide: "Ocultar",

    passphrase: "Frase de contraseña",
    unlock: "Desbloquear",
    unlock_note: "Desbloquea el llavero en todas las instancias de este programa. La frase se \
        olvida al cerrar la última.",
    copy_path: "Copiar la ruta del llavero",
    comes_back: "La lista vuelve por sí sola cuando el archivo ha cambiado.",
    lock: "Bloquear",
    lock_tip: "Olvida la frase de contraseña en todas las instancias de este programa. Las que \
        protegen siguen protegiendo.",
    set_passphrase: "Poner frase de contraseña",
    set_passphrase_tip: "Cifra el archivo del llavero. Cada programa que lo usa pide la frase de \
        contraseña una vez.",
    passphrase_note: "Una frase de contraseña olvidada no se recupera. Exporte antes una copia de cada clave.",
    new_passphrase: "Nueva frase de contraseña",
    repeat: "Repítala",
    set_this: "Poner esta frase",
    remove_passphrase: "Quitarla",
    remove_passphrase_tip: "El archivo queda sin frase de contraseña. Solo su cuenta de usuario puede leerlo.",
    passphrases_differ: "No se cambió nada: las dos frases son distintas.",

    first_used: |class| format!("«{class}» se usa aquí y en las instancias nuevas."),
    added: |class| format!("«{class}» está en el llavero."),
    back_up: "Exporte su clave y guarde la copia en otro lugar.",
    removed: |class| format!("«{class}» y su clave se han borrado."),
    saved: |path| format!("La clave se guardó en {path}. Solo usted puede leer el archivo."),
    unlocked: "El llavero está desbloqueado aquí en todas las instancias.",
    locked: "El llavero está bloqueado. Las instancias que protegen siguen protegiendo.",
    passphrase_set: "El llavero está ahora bloqueado con la nueva frase de contraseña.",
    passphrase_removed: "El llavero ya no tiene frase de contraseña.",
};
