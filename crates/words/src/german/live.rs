//! The standalone.

use crate::texts::{Devices, Live, RecordingWords, Trouble, Welcome};

pub(super) const LIVE: Live = Live {
    connecting: "Verbindung wird hergestellt …",
    no_device: "Kein Audiogerät.",
    lost_device: "Das Audiogerät ist weg.",
    no_sound: "Kein Ton geht hinein oder hinaus.",
    no_sound_hint: "Als Backend ist „Keins (Stille)“ gewählt. Unter Geräte ein anderes wählen.",
    not_there: |device| format!("„{device}“ fehlt."),
    not_there_hint: "Verbunden wird, sobald es wieder da ist.",
    nothing_connected: "Weder Eingang noch Ausgang ist verbunden.",
    nothing_connected_hint: "Unter Geräte wählen.",
    no_input: "Kein Eingang ist verbunden.",
    no_output: "Kein Ausgang ist verbunden.",
    choose_one: "Unter Geräte wählen.",
    quiet_input: "Der Eingang gibt nichts als Stille.",
    quiet_input_hint: "Vielleicht ist er stumm, pausiert oder hängt.",
    route: |from, to| format!("von: {from} – nach: {to}"),
    nothing: "nichts",
    dropouts: |times| format!("{times}× ging Ton verloren: Ein größerer Puffer hilft."),
    dropouts_of_two: |times| {
        format!(
            "{times}× ging Ton verloren. Haben Eingang und Ausgang je einen eigenen Takt, ein einziges \
             Gerät oder JACK nehmen; sonst hilft ein größerer Puffer."
        )
    },
    block: |frames, ms| format!("{frames} Frames ({ms:.1} ms)"),
    muted_route: "Der Ausgang ist stumm. Monitor einschalten (Strg+M).",

    devices: "Geräte",
    devices_tip: "Eingang, Ausgang, Abtastrate und Puffer (Strg+D).",
    input: "Eingang",
    output: "Ausgang",
    meter_tip: "True Peak der letzten zwei Sekunden, Lautheit der letzten drei.",
    level: |name, level| format!("{name}, Pegel: Spitze {level} dBFS"),
    clipped: |name| format!("{name} übersteuert: ja, zum Löschen klicken"),
    not_clipped: |name| format!("{name} übersteuert: nein"),
    clip: "CLIP",
    monitor: "Monitor",
    monitor_tip: "Gibt den Ausgang an das Gerät. Ausgeschaltet ist er stumm; Pegel und Aufnahme \
        laufen weiter (Strg+M).",
    test_tone: "Testton",
    test_tone_tip: "Eine Sekunde mit −20 dBFS, um den Ausgang zu prüfen (Strg+T).",
    output_muted: "Der Ausgang ist stumm.",
    back_up: "Schlüssel sichern",
    back_up_why: "Ohne Schlüssel kann niemand finden oder wiederherstellen, was Sie schützen.",
    record: "Aufnehmen",
    stop_recording: "Aufnahme beenden",
    record_tip: "Nimmt auf, was gesendet wird, mit den Sekunden davor (Strg+R).",
    options: "Optionen",
    options_tip: "Ordner, Format und Aufteilung der Aufnahmen (Strg+O).",
    recording_waits: |file| format!("Die Aufnahme wartet auf Ton: {file}"),
    recording_to: |length, file| format!("Aufnahme {length} in {file}."),
    lost: |seconds| format!("{seconds:.2} s gingen verloren und sind Stille."),
    over_full_scale: |samples| {
        format!("{samples} Samples lagen über Vollaussteuerung und sind abgeschnitten.")
    },
    rounded: "(auf 24 Bit gerundet)",
    saved: |length, path| format!("{length} gesichert: {path}."),
    files: |count| format!("({count} Dateien)"),
    not_in_manifest: |why| format!("Keine Zeile im Manifest: {why}."),
    not_protected: "Sie war nicht geschützt",
    protection_changed: "Der Schutz hat gewechselt, oder Ton ging verloren, während sie lief",
};

pub(super) const TROUBLE: Trouble = Trouble {
    server_stopped: "Der Audioserver ist beendet. Verbunden wird, sobald er wieder läuft.",
    rate_changed: |hz| format!("Die Abtastrate hat auf {hz} Hz gewechselt."),
    output_stalled: "Das Audiogerät liefert nichts mehr.",
    input_stalled: "Der Eingang liefert nichts mehr.",
    input_reopened: "Der Eingang gibt nur noch Nullen, daher wurde er neu geöffnet.",
    audio_died: "Der Audio-Thread ist abgebrochen. Patchveil schließen und neu starten.",
    no_sound_recorded: "Nichts wurde aufgenommen: Es kam kein Ton.",
    recording_stopped: |why| format!("Die Aufnahme ist abgebrochen: {why}"),
    kept: |length, path| format!("Die {length} bis dahin sind in „{path}“."),
    left_in: |path| format!("Was es gibt, ist in „{path}“."),
    files_complete: "Die Dateien davor sind vollständig.",
    nothing_recorded: "Nichts wurde aufgenommen.",
    completed: |length, path| {
        format!("Eine abgebrochene Aufnahme ist jetzt vollständig, {length} lang: {path}")
    },
    damaged: |length, path, original| {
        format!(
            "Eine abgebrochene Aufnahme ist nach {length} beschädigt: {path}. Alles ist noch in {original}"
        )
    },
    not_completed: |path, why| {
        format!("Eine abgebrochene Aufnahme bleibt, wie sie ist: {path}: {why}")
    },
};

pub(super) const DEVICES: Devices = Devices {
    backend: "Backend",
    automatic: "Automatisch",
    silence: "Keins (Stille)",
    channels: "Kanäle",
    mono: "Mono",
    stereo: "Stereo",
    channel_count: |count| format!("{count} Kanäle"),
    none: "Keiner",
    default: "Standard",
    not_connected: "Nicht verbunden",
    not_there: |id| format!("{id} (fehlt)"),
    rate: "Abtastrate",
    buffer: "Puffer",
    frames: |count| format!("{count} Frames"),
    stated: "Das gibt der JACK-Server vor; dort ändern.",
    check: "Eingangsprobe",
    choose_input: "Einen Eingang wählen.",
    heard: "Der Eingang ist zu hören.",
    say_something: "Etwas sagen: Der Balken schlägt aus.",
    no_sound_yet: "Noch kein Ton.",
    play_tone: "Testton spielen",
    play_tone_tip: "Eine Sekunde mit −20 dBFS: Sie sollten ihn hören.",
    look: "Geräte suchen",
    look_tip: "Listet auf, was inzwischen eingesteckt wurde.",
};

pub(super) const RECORDING: RecordingWords = RecordingWords {
    folder: "Ordner",
    format: "Format",
    float32: "WAV, 32 Bit Float",
    int24: "WAV, 24 Bit",
    flac24: "FLAC, 24 Bit",
    pre_roll: |seconds| format!("Beginnt {seconds} Sekunden vor dem Tastendruck"),
    split: "Teilen",
    never: "Nie",
    after: |minutes| format!("Nach {minutes} Minuten"),
    note: "32 Bit Float ist Bit für Bit, was gesendet wurde; FLAC ist dasselbe, auf 24 Bit gerundet. Jede Datei bekommt \
        eine Zeile im Manifest des Ordners, patchveil.jsonl, für „patchveil verify“.",
};

pub(super) const WELCOME: Welcome = Welcome {
    step: |number| format!("Schritt {number} von 3"),
    class: "Eine Klasse anlegen",
    class_text: "Eine Klasse ist, was mit einem Schlüssel geschützt wird: eine Sendung, ein \
        Künstler, eine Stimme. Der Schlüssel entsteht auf diesem Rechner und verlässt ihn nie von \
        selbst.",
    class_name: "Name der Klasse",
    example: "Nachtschicht",
    make: "Klasse anlegen",
    skip: "Überspringen",
    backup: "Den Schlüssel sichern",
    backup_text: |class| {
        format!(
            "Ohne den Schlüssel von „{class}“ kann niemand finden oder wiederherstellen, was damit \
             geschützt wurde, auch Sie nicht. Die Datei auf einem anderen Datenträger aufbewahren und die \
             Passphrase niemandem nennen."
        )
    },
    file: "Datei",
    passphrase: "Passphrase (optional)",
    passphrase_hint: "leer: Wer die Datei hat, hat den Schlüssel",
    save: "Sicherung speichern",
    have_one: "Schon vorhanden",
    later: "Später",
    file_name: |class| format!("Patchveil-Schlüssel {class}.txt"),
    devices: "Die Geräte wählen",
    devices_text: "Der Eingang ist Ihr Mikrofon, oder was spielt. Am Ausgang hören andere zu: \
        Lautsprecher, oder ein virtuelles Kabel zu OBS oder einem Anruf.",
    done: "Fertig",
};
