//! The class keys.

use crate::texts::Keys;

pub(super) const KEYS: Keys = Keys {
    title: "Klassenschlüssel",
    listen: "Prüfen",
    listen_tip: "Nennt die Schlüssel dieser Liste, die der ankommende Ton schon trägt: So wird \
        nichts zweimal markiert, und ein Bounce lässt sich prüfen.",
    new: "Neu",
    new_tip: "Legt eine Klasse mit einem neuen geheimen Schlüssel an.",
    import: "Import",
    import_tip: "Importiert einen Schlüssel, der hier oder anderswo exportiert wurde.",
    reading: "Schlüsselbund wird gelesen …",
    working: "In Arbeit …",
    ok: "OK",
    search: "Suche",
    search_classes: |count| format!("{count} Klassen durchsuchen"),
    nothing_found: |wanted| format!("Keine Klasse hat „{wanted}“ im Namen oder im Fingerabdruck."),

    heard: |keys, seconds| {
        format!(
            "Was ankommt, ist schon markiert: {keys}, in {seconds:.0} s. Nochmals markiert trägt es \
             beide Markierungen."
        )
    },
    heard_key: |name, p| format!("„{name}“ ({p})"),
    heard_nothing_yet: "Was ankommt, wird geprüft: Das braucht drei Sekunden Ton.",
    heard_none: |seconds| {
        format!("In {seconds:.0} s des ankommenden Tons wurde keiner dieser Schlüssel gefunden.")
    },
    heard_unreadable: "Der Schlüsselbund ist nicht zu lesen.",

    none_yet: "Noch keine Klassenschlüssel",
    none_yet_hint: "Eine Klasse ist, was als eines geschützt wird: eine Sendung, eine Stimme, ein \
        Künstler. Jede hat ihren eigenen geheimen Schlüssel, der diesen Rechner nur verlässt, \
        wenn er exportiert wird. Der erste gilt sofort hier und in neuen Instanzen.",
    first_new: "Neuer Klassenschlüssel",
    first_import: "Importieren",

    in_use: "In Gebrauch",
    is_default: "Standard",
    key: |fingerprint| format!("Schlüssel {fingerprint}"),
    since: |date| format!("In diesem Schlüsselbund seit {date}"),
    uses_this: "Diese Instanz benutzt diese Klasse.",
    use_here: "Hier benutzen",
    use_here_tip: "Benutzt diese Klasse ab dem nächsten Patch.",
    rename: "Name",
    export: "Export",
    make_default: "Standard",
    make_default_tip: "Neue Instanzen benutzen die Standardklasse.",
    remove: "Löschen",

    class_name: "Name der Klasse",
    class_name_hint: "Eine Sendung, eine Stimme, ein Künstler",
    create: "Schlüssel anlegen",
    new_name: "Neuer Name",
    rename_note: "Der Schlüssel bleibt derselbe, und alles, was er schützt, auch.",
    use_name: "Namen übernehmen",
    remove_warning: |class| {
        format!(
            "Löscht „{class}“ samt Schlüssel endgültig. Ohne Kopie des Schlüssels lässt sich nichts, \
             was er schützte, wiederherstellen oder erkennen."
        )
    },
    remove_confirm: |class| format!("Zur Bestätigung den Namen eingeben: {class}"),
    remove_for_good: "Endgültig löschen",
    nothing_removed: |class| format!("Nichts wurde gelöscht: Zur Bestätigung „{class}“ eingeben."),
    import_source: "Schlüssel oder Datei",
    import_source_hint: "pvkey1… einfügen, oder den Pfad einer exportierten Datei",
    import_name_hint: "Leer: der Name in der Schlüsseldatei",
    import_passphrase: "Passphrase des Schlüssels",
    import_now: "Importieren",
    export_note: "Wer den Schlüssel hat, kann den Schutz entfernen. Die Kopie wie ein Passwort \
        aufbewahren.",
    export_passphrase: "Passphrase der Kopie",
    export_passphrase_hint: "Leer: ohne Passphrase",
    file: "Datei",
    save: "In Datei sichern",
    show_key: "Anzeigen",
    show_key_tip: "Zeigt den geheimen Schlüssel auf dem Bildschirm. Niemand sollte zusehen.",
    secret_note: "Das ist der geheime Schlüssel. An einen sicheren Ort kopieren, dann verbergen.",
    copy: "Kopieren",
    copy_tip: "Legt den Schlüssel in die Zwischenablage, wo andere Programme ihn lesen können.",
    hide: "Verbergen",

    passphrase: "Passphrase",
    unlock: "Entsperren",
    unlock_note: "Entsperrt den Schlüsselbund in allen Instanzen dieses Programms. Die Passphrase \
        ist vergessen, wenn die letzte davon schließt.",
    copy_path: "Pfad des Schlüsselbunds kopieren",
    comes_back: "Die Liste kommt von selbst zurück, wenn sich die Datei geändert hat.",
    lock: "Sperren",
    lock_tip: "Vergisst die Passphrase in allen Instanzen dieses Programms. Instanzen, die \
        schützen, schützen weiter.",
    set_passphrase: "Passphrase setzen",
    set_passphrase_tip: "Verschlüsselt die Datei des Schlüsselbunds. Jedes Programm, das ihn \
        benutzt, fragt einmal nach der Passphrase.",
    passphrase_note: "Eine vergessene Passphrase ist verloren. Vorher von jedem Schlüssel eine \
        Kopie exportieren.",
    new_passphrase: "Neue Passphrase",
    repeat: "Wiederholen",
    set_this: "Passphrase setzen",
    remove_passphrase: "Entfernen",
    remove_passphrase_tip: "Die Datei hat dann keine Passphrase. Nur Ihr Benutzerkonto kann sie lesen.",
    passphrases_differ: "Nichts wurde geändert: Die beiden Passphrasen sind verschieden.",

    first_used: |class| format!("„{class}“ gilt hier und in neuen Instanzen."),
    added: |class| format!("„{class}“ ist im Schlüsselbund."),
    back_up: "Den Schlüssel exportieren und die Kopie anderswo aufbewahren.",
    removed: |class| format!("„{class}“ und der Schlüssel dazu sind gelöscht."),
    saved: |path| {
        format!("Der Schlüssel wurde in {path} gesichert. Nur Sie können die Datei lesen.")
    },
    unlocked: "Der Schlüsselbund ist hier in allen Instanzen entsperrt.",
    locked: "Der Schlüsselbund ist gesperrt. Instanzen, die schützen, schützen weiter.",
    passphrase_set: "Der Schlüsselbund ist jetzt mit der neuen Passphrase gesperrt.",
    passphrase_removed: "Der Schlüsselbund hat keine Passphrase mehr.",
};
