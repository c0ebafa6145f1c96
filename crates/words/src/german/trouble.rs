//! What goes wrong below the windows.

use crate::texts::{
    DeviceTrouble, Files, KeyringTrouble, NoProtection, PresetTrouble, SettingsTrouble,
};

pub(super) const FILES: Files = Files {
    disk_full: |path| {
        format!("„{path}“: Der Datenträger ist voll. Platz schaffen oder einen anderen wählen.")
    },
    not_writable: |path| {
        format!("„{path}“: Dort darf nicht geschrieben werden. Einen anderen Ordner wählen.")
    },
    not_readable: |path| {
        format!("„{path}“: Diese Datei darf nicht gelesen werden. Eine andere wählen.")
    },
    no_folder: |path| format!("„{path}“: Der Ordner fehlt. Einen anderen wählen."),
    no_file: |path| format!("„{path}“: Diese Datei gibt es nicht. Eine andere wählen."),
    too_large: |path| format!("„{path}“: Größer darf eine Datei dort nicht sein."),
    exists: |path| {
        format!("„{path}“ gibt es schon und wird nicht überschrieben. Einen anderen Namen wählen.")
    },
    failed: |path, said| format!("„{path}“: Meldung des Systems: {said}."),
};

pub(super) const KEYRING: KeyringTrouble = KeyringTrouble {
    locked: |path| {
        format!(
            "der Schlüsselbund {path} ist gesperrt: Passphrase im Fenster von Patchveil eingeben"
        )
    },
    import_locked: "der Schlüssel ist gesperrt: Zum Importieren ist seine Passphrase nötig",
    wrong_passphrase: |path| {
        format!(
            "falsche Passphrase für den Schlüsselbund {path}: Noch einmal versuchen (Feststelltaste \
             und Tastaturbelegung beachten)"
        )
    },
    import_wrong_passphrase: "falsche Passphrase für den Schlüssel: Noch einmal versuchen \
        (Feststelltaste und Tastaturbelegung beachten)",
    bad_passphrase: "unbrauchbare Passphrase: Ein oder mehrere Wörter in einer Zeile eingeben",
    too_open: |path, mode| {
        format!(
            "den Schlüsselbund {path} können andere lesen oder schreiben (Rechte {mode}): \
             `chmod 600 {path}` ausführen"
        )
    },
    read_only: |path| {
        format!(
            "der Schlüsselbund {path} ist schreibgeschützt: Datei und Ordner beschreibbar machen oder \
             einen anderen Schlüsselbund nennen"
        )
    },
    damaged: |path, found| {
        format!(
            "der Schlüsselbund {path} ist beschädigt und blieb, wie er ist: Aus einer Sicherung \
             wiederherstellen, oder beiseitelegen und neu beginnen ({found})"
        )
    },
    import_damaged: |found| {
        format!("der Schlüssel zum Importieren ist beschädigt: Den Export neu kopieren ({found})")
    },
    newer: |path| {
        format!(
            "der Schlüsselbund {path} stammt von einem neueren Patchveil und blieb, wie er ist: \
             Patchveil aktualisieren"
        )
    },
    busy: |path| {
        format!(
            "ein anderes Programm benutzt den Schlüsselbund {path}: Dieses schließen und noch einmal \
             versuchen"
        )
    },
    duplicate_name: |name| {
        format!("eine Klasse {name} gibt es schon: Einen anderen Namen wählen oder jene umbenennen")
    },
    duplicate_key: |name| {
        format!("dieser Schlüssel ist schon im Schlüsselbund, als {name}: Diese Klasse benutzen")
    },
    bad_name: |found| format!("unbrauchbarer Name einer Klasse: {found}"),
    not_a_key: |found| {
        format!(
            "kein Schlüssel zum Importieren: Erwartet wird eine Zeile pvkey1… oder eine Datei, die \
             Patchveil exportiert hat ({found})"
        )
    },
    no_name: "dieser Schlüssel hat keinen Namen: Einen für seine Klasse eingeben",
    no_folder: |variable| {
        format!(
            "dieses System hat keinen Datenordner: Mit {variable} angeben, wo der Schlüsselbund liegt"
        )
    },
    not_watched: "der Schlüsselbund wird nicht mehr beobachtet: Dieses Fenster schließen und wieder öffnen",
    other: |said| format!("der Schlüsselbund ist nicht zu gebrauchen: {said}"),
};

pub(super) const NO_PROTECTION: NoProtection = NoProtection {
    newer_session: "die Session stammt von einem neueren Patchveil: Patchveil aktualisieren",
    damaged_session: "die Session ist beschädigt, und ihre Klasse ist nicht zu lesen: Die Klasse wählen",
    no_class: "keine Klasse ist gewählt",
    default_unknown: |why| format!("ob es eine Standardklasse gibt, ist nicht zu lesen: {why}"),
    not_in_keyring: |class, key| {
        format!(
            "der Schlüssel von „{class}“ ({key}) fehlt im Schlüsselbund: Importieren oder eine andere \
             Klasse wählen"
        )
    },
    unreadable: |class, key, why| {
        format!("der Schlüssel von „{class}“ ({key}) ist nicht zu lesen: {why}")
    },
    design_failed: "der Entwurfs-Thread ist abgebrochen: Das Plug-in neu starten",
};

pub(super) const PRESET: PresetTrouble = PresetTrouble {
    bad_name: |name, found| format!("So kann kein Preset heißen: {name} ({found})."),
    unknown: |name| format!("Kein eigenes Preset heißt {name}."),
    exists: |name| {
        format!("Ein Preset {name} gibt es schon: Anders benennen oder jenes zuerst löschen.")
    },
    not_a_recipe: |path, found| format!("„{path}“ ist kein Rezept: {found}."),
    unusable: |path, why| format!("„{path}“ ist hier nicht zu gebrauchen: {why}."),
};

pub(super) const DEVICE: DeviceTrouble = DeviceTrouble {
    no_jack: "JACK ist hier nicht installiert. JACK oder PipeWire installieren oder ein anderes \
        Backend wählen.",
    no_server: "Es läuft kein JACK-Server. JACK oder PipeWire starten; verbunden wird, sobald er da ist.",
    refused: |said| format!("Der JACK-Server hat abgelehnt: {said}."),
    no_output: "Dieser Rechner hat keinen Audioausgang. Einen anschließen oder einen Audioserver starten.",
    input_missing: |name| {
        format!(
            "Der Eingang „{name}“ fehlt. Anschließen oder einen anderen wählen; verbunden wird, \
             sobald er wieder da ist."
        )
    },
    output_missing: |name| {
        format!(
            "Der Ausgang „{name}“ fehlt. Anschließen oder einen anderen wählen; verbunden wird, \
             sobald er wieder da ist."
        )
    },
    not_listed: |said| format!("Das System nennt keine Audiogeräte: {said}."),
    gone: |name| {
        format!("„{name}“ ist weg. Wieder anschließen; verbunden wird, sobald es wieder da ist.")
    },
    stopped: |name, said| format!("„{name}“ hat aufgehört: {said}."),
    not_opened: |name, said| format!("„{name}“ lässt sich nicht öffnen: {said}."),
    is_busy: "Das Programm schließen, das es benutzt, oder ein anderes Gerät wählen.",
    is_forbidden: "In den Datenschutz-Einstellungen des Systems Patchveil den Zugriff erlauben.",
    no_format: |name| {
        format!("„{name}“ ist nicht zu gebrauchen: Es bietet kein Format, das Patchveil kennt.")
    },
    other_rate: |name, hz| {
        format!(
            "„{name}“ ist nicht zu gebrauchen: Es läuft nicht mit den {hz} Hz des Ausgangs. Eine andere \
             Rate wählen, oder Eingang und Ausgang eines Geräts."
        )
    },
    other_output: "Ein Audiogerät anschließen, einen Audioserver starten oder einen anderen Ausgang wählen.",
};

pub(super) const SETTINGS: SettingsTrouble = SettingsTrouble {
    unreadable: |path, said| {
        format!(
            "„{path}“ ist nicht zu lesen. Der Ausgang ist still, bis eine Klasse gewählt oder die Datei \
             repariert oder entfernt ist: {said}"
        )
    },
    not_set_aside: |path, said| {
        format!("„{path}“ lässt sich nicht umbenennen, daher wird nichts gespeichert: {said}")
    },
};
