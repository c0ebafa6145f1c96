//! The editor, but for the class keys.

use crate::texts::{
    Controls, Figures, Headline, Original, Presets, Receipts, Spectra, Steps, Strength, Timeline,
    UserPresets, Window,
};

pub(super) const WINDOW: Window = Window {
    view: "Ansicht",
    view_tip: "Farben, Sprache und Größe dieses Fensters.",
    colours: "Farben",
    dark: "Dunkel",
    light: "Hell",
    scale: "Größe",
    language: "Sprache",
    system: "System",
    audio: "Audio",
    audio_tip: "Spektren und Zeitachse.",
    keys: "Schlüssel",
    keys_tip: "Klassenschlüssel: wählen, anlegen, importieren und exportieren.",
    all_settings: "Alle Parameter",
    all_settings_tip: "Zeigt oder verbirgt, was der Regler einstellt: das Preset, die Pegel von \
        Markierung und Schleier und die Patches.",
    mode: "Modus",
    mode_tip: "Ob Markierung und Schleier aufgetragen oder abgenommen werden.",
    protect: "Schützen",
    protect_tip: "Trägt Markierung und Schleier auf, soweit das Preset sie hat. Ist das nicht \
        möglich, wird der Ausgang stummgeschaltet.",
    restore: "Wiederherstellen",
    restore_tip: "Nimmt Markierung und Schleier ab. Nötig sind der Schlüssel, die Einstellungen, \
        mit denen geschützt wurde, und die Aufnahme an ihrer Stelle auf der Zeitachse. Ist das \
        nicht möglich, läuft das Audio unverändert durch.",
    on: "Ein",
    off: "Aus",
    no_audio_yet: "Noch kein Audio",
};

pub(super) const HEADLINE: Headline = Headline {
    marked: "Markiert (unhörbar)",
    marked_louder: "Markiert (evtl. hörbar)",
    veiled: "Verschleiert (hörbar)",
    marked_and_veiled: "Markiert und verschleiert (hörbar)",
    class_key: |class, key| format!("„{class}“, Schlüssel {key}"),
    class_with_earlier_key: |class, trouble| {
        format!("„{class}“, mit dem zuvor gelesenen Schlüssel: {trouble}")
    },
    no_class: "Nicht geschützt: keine Klasse gewählt",
    no_class_hint: "Klassenschlüssel wählen oder anlegen.",
    nothing_to_protect: "Nicht geschützt: Stärke 0 %",
    nothing_to_protect_hint: "Nichts wird verändert. Zum Schützen die Stärke erhöhen.",
    bypassed_not_protected: "Bypass: nicht geschützt",
    bypassed_not_protected_hint: "Der Ausgang ist der Eingang. Zum Schützen Bypass ausschalten.",
    bypassed_not_restored: "Bypass: nicht wiederhergestellt",
    bypassed_not_restored_hint: "Der Ausgang ist der Eingang. Zum Wiederherstellen Bypass ausschalten.",
    muted_key_missing: "Stumm: Schlüssel fehlt",
    muted: "Stumm: kein Ton ohne Schutz",
    waiting: "Warten auf den Host",
    waiting_hint: "Er verarbeitet noch kein Audio.",
    silent_delta: "Delta: still, nichts verändert",
    silent_delta_hint: "Delta ausschalten, um den Eingang zu hören.",
    delta: "Delta: nur Änderungen hörbar",
    delta_hint: "Vor Aufnahme oder Bounce Delta ausschalten.",
    restoring: |class| format!("Wiederherstellung: „{class}“"),
    restoring_key: |key| format!("Schlüssel {key}. Der Ausgang ist nicht geschützt."),
    restoring_with_earlier_key: |trouble| format!("Mit dem zuvor gelesenen Schlüssel: {trouble}"),
    restoring_by_count: |class| format!("Nach Samplezahl: „{class}“"),
    restoring_by_count_hint: "Der Host nennt keine Position, daher werden Samples gezählt. Das \
        stimmt nur, wenn die Aufnahme dort beginnt, wo sie beim Schützen begann.",
    nothing_to_restore: "Ohne Wirkung: Stärke 0 %",
    nothing_to_restore_hint: "Nichts wird verändert. Die Stärke einstellen, mit der geschützt wurde.",
    not_restoring: "Nicht wiederhergestellt: unverändert",
    no_sound: "Kein Ton kommt durch",
    device_delivers_nothing: "Das Audiogerät liefert nichts.",
    silence: "Stille: nichts zu tun",
    silence_comes_in: "Nur Stille am Eingang",
    no_host_audio: "Kein Audio vom Host",
    ready_to_mark: |class| format!("Bereit: Was ankommt, wird mit „{class}“ markiert."),
    ready_to_veil: |class| format!("Bereit: Was ankommt, wird mit „{class}“ verschleiert."),
    ready_to_mark_and_veil: |class| {
        format!("Bereit: Was ankommt, wird mit „{class}“ markiert und verschleiert.")
    },
    ready_to_restore: |class| format!("Bereit: Was ankommt, wird mit „{class}“ wiederhergestellt."),
};

pub(super) const STRENGTH: Strength = Strength {
    dial: "Schutzstärke",
    not_on_dial: |preset| format!("Preset {preset}, siehe Alle Parameter"),
    adjusted: "Angepasst, siehe Alle Parameter",
    inaudible: "unhörbar",
    audible: "hörbar, schützt mehr",
    nothing_changed: "Nichts wird verändert",
    bypass_on: "Bypass ist ein.",
    nothing_out: "Nichts geht hinaus",
    not_while_restoring: "Hier keine Messung",
    not_measured: "Keine Messung",
    delta_on: "Delta spielt nur die Änderungen.",
    listener: "Was Hörern auffällt",
    measuring: "Messung läuft (eine Sekunde).",
    no_sound_to_measure: "Gemessen wird, sobald Ton da ist.",
    unlikely: "Hörern fällt es kaum auf",
    may: "Hörern kann es auffallen",
    will: "Hörern fällt es auf",
    levels: |mean, most| format!("Terzpegel ändern sich um {mean:.2} dB (höchstens {most:.2})"),
    levels_short: |mean, most| format!("Terzen {mean:.2} dB (max. {most:.2})"),
    loudness: |change, seconds| format!("Lautheit {change} ({seconds} s)"),
    last: |seconds| format!("letzte {seconds} s"),
    found: |seconds, p| format!("Gefunden nach {seconds:.0} s ({p})"),
    expected: |seconds| format!("Markierung in etwa {seconds:.0} s erwartet"),
    looking: "Markierung wird gesucht …",
    not_found_yet: |seconds| format!("In {seconds:.0} s noch keine Markierung"),
    not_enough: "Zu wenig Signal für eine Markierung",
    rule: "Gemessen an den letzten Sekunden dieses Tons, ohne den Ausgangs-Trim. Kaum: eine \
        Markierung mit dem Pegel des Presets oder weniger, und nicht mehr, als an Markierungen \
        gemessen wurde (Terzpegel im Mittel 0.1 dB und höchstens 0.62 dB, Lautheit 0.13 LU). \
        Sicher: mindestens, womit der Schleier von Leicht gemessen wurde (im Mittel 1.9 dB oder \
        höchstens 4.9 dB). Möglich: alles dazwischen. Das sind Messwerte, kein Hörtest.",
    found_tip: "Die Markierung wird im Ausgang so gesucht, wie patchveil detect es tut, mit dem \
        Schlüssel dieser Klasse: gefunden heißt p ≤ 1e−6. Bis dahin wird aus der bisherigen \
        Übereinstimmung vorhergesagt, wie lange es dauert. Stille und reine Töne tragen keine \
        Markierung.",
};

pub(super) const CONTROLS: Controls = Controls {
    mark_level: "Markierungspegel",
    mark_level_label: "Markierung",
    mark_level_short: "Mark.",
    mark_level_tip: "Pegel der Markierung, in dB über oder unter dem des Presets. Höher: in \
        kürzeren Ausschnitten zu finden, aber vielleicht hörbar. Niedriger: schwerer zu finden.",
    mark_held_tip: "Die Markierung wirkt mit dem Pegel in Klammern: Lauter ergäben ihre Echos zusammen mehr \
        als 0.9 des Klangs, und sie ließe sich nicht rückgängig machen.",
    no_mark: "keine",
    no_mark_tip: "Das Preset hat keine Markierung, daher ohne Wirkung.",
    no_mark_yet_tip: "Diese Session stammt aus der Zeit vor der Markierung, daher ohne Wirkung.",
    amount: "Stärke",
    amount_tip: "Tiefe der Filter des Schleiers, in Prozent des Presets. Mehr ist schwerer zu \
        umgehen und deutlicher zu hören. Bei 0 % gibt es keinen Schleier.",
    no_veil: "keiner",
    no_veil_tip: "Das Preset hat keinen Schleier, daher ohne Wirkung. Einen haben Leicht, \
        Mittel und Stark.",
    patch: "Patchlänge",
    patch_short: "Patch",
    patch_tip: "Länge eines Patches, also eines gefilterten Abschnitts, in Millisekunden. Längere \
        Patches sind leichter zu lernen und deutlicher zu hören.",
    period: "Periode",
    period_tip: "Wonach sich der Ablauf der Patches wiederholt, in Millisekunden. Eine längere \
        Periode verteilt dieselben Patches dünner: Weniger wird verändert, weniger schützt.",
    count: "Patches je Periode",
    count_short: "Patches",
    count_tip: "Anzahl der Patches in einer Periode. Mehr Patches verändern mehr vom Audio: mehr \
        Schutz, deutlicher zu hören.",
    trim: "Ausgangs-Trim",
    trim_short: "Trim",
    trim_tip: "Verstärkung nach Markierung und Schleier, in dB. Ein Schleier hält die Lautheit \
        von Sprache, kann aber Spitzen um einige dB anheben: hier absenken, wenn es übersteuert.",
    delta: "Delta",
    delta_tip: "Gibt nur aus, was verändert wird. Zum Hören: Ein Bounce damit enthält die \
        Differenz, nicht die Aufnahme.",
    bypass: "Bypass",
    bypass_tip: "Der Ausgang ist der Eingang, ohne Trim und ungeschützt. Dasselbe wie der Bypass \
        des Hosts.",
    follows: "Preset",
    at_most: "max.",
    at_least: "min.",
    fit: |count| format!("{count} passen"),
    not_a_value: "Ungültig",
    typed: |name| format!("{name}, Eingabe"),
    typed_no_value: |name| format!("{name}, Eingabe: kein Wert"),
    usage: "Zum Ändern ziehen, mit Umschalttaste in feinen Schritten. Doppelklick: Standardwert. \
        Klicken und tippen: Wert eingeben.",
};

pub(super) const PRESETS: Presets = Presets {
    preset: "Preset",
    tip: "Das Rezept, von dem die anderen Einstellungen ausgehen.",
    former_tip: "Das Rezept, von dem die anderen Einstellungen ausgehen. Diese Session stammt aus \
        der Zeit vor der Markierung und behält ihren Klang. Mit „Markiert“ wechselt sie zu den \
        heutigen Presets.",
    go_over: "Soll nicht zu hören sein. Die Session wechselt zu den heutigen Presets: Auch \
        Leicht, Mittel und Stark haben dann eine Markierung.",
    mark: "Markiert",
    mark_tip: "Soll nicht zu hören sein (Terzen ändern sich um 0.04 dB): Wer den Schlüssel hat, \
        kann zeigen, dass eine Datei die Markierung trägt, und die Aufnahme wiederherstellen. Der Standard.",
    light: "Leicht",
    light_tip: "Der unauffälligste Schleier (Terzen ändern sich um 1.9 dB), mit dem geringsten Schutz.",
    balanced: "Mittel",
    balanced_tip: "Ein Schleier zwischen Leicht und Stark (Terzen ändern sich um 3.2 dB).",
    strong: "Stark",
    strong_tip: "Der hörbarste der drei Schleier (Terzen ändern sich um 4.4 dB), mit dem meisten Schutz.",
    poscuda_tip: "Das veröffentlichte Rezept, zum Vergleich (0.4 dB): ein Patch jede halbe \
        Sekunde. Nicht wiederherstellbar.",
    cuda_tip: "Das veröffentlichte Rezept, zum Vergleich (2.9 dB): alles gefiltert, deutlich \
        hörbar. Nicht wiederherstellbar.",
};

pub(super) const SPECTRA: Spectra = Spectra {
    title: "Spektren",
    plot: "Spektren, mit den Pfeiltasten abzulesen",
    before: "Vorher",
    after: "Nachher",
    designed: "Entwurf",
    measured: "Gemessen",
    difference: "Differenz",
    difference_axis: "Differenz, dB",
    peaks: "Spitzen",
    peaks_tip: "Zeichnet die bisher höchsten Pegel als dünne Linien. Erneut klicken setzt sie zurück.",
    freeze: "Halten",
    freeze_tip: "Hält die Spektren an. Das Audio läuft weiter.",
    fft_size: "FFT-Größe",
    fft_tip: "Samples, die auf einmal analysiert werden. Mehr trennen tiefe Töne besser und \
        reagieren langsamer; weniger zeigen einzelne Patches.",
    samples: |count| format!("{count} Samples"),
    kernel: "Kernel",
    kernel_tip: "Die Kernel der Klasse wechseln von Patch zu Patch. Unten ist die Verstärkung von \
        diesem gezeichnet, wie entworfen und wie in seinen Patches gemessen.",
    kernel_number: |number| format!("Kernel {number}"),
    kernel_of: |number, count| format!("Kernel {number} von {count}"),
    current_kernel: "Laufender Kernel",
};

pub(super) const TIMELINE: Timeline = Timeline {
    title: "Zeitachse",
    ten_seconds_tip: "Zeigt die letzten zehn Sekunden.",
    one_second_tip: "Zeigt die letzte Sekunde, in der einzelne Patches zu sehen sind.",
    covered: |percent| format!("Patches füllen {percent:.0} %"),
    mark_acts: "Die Markierung wirkt auf jedes Sample",
    covered_tip: "Wie viel der gezeigten Zeit in Patches liegt, die mit dem Klassenschlüssel \
        gefiltert sind. Eine Markierung braucht keine.",
    patch: "Patch",
    now: "jetzt",
    ago: |seconds, sample| format!("vor {seconds:.2} s   Sample {sample}"),
    levels: |before, after| format!("Vorher {before}, nachher {after} dBFS"),
    in_patch: |kernel| format!("In einem Patch, Kernel {kernel}"),
    marked: "Markiert",
    between: "Zwischen Patches",
};

pub(super) const FIGURES: Figures = Figures {
    protected: "Bisher geschützt",
    protected_for: |duration| format!("{duration} geschützt"),
    protected_tip: "Wie viel Ton geschützt hindurchging, seit diese Instanz geöffnet ist. Stille \
        zählt nicht.",
    latency: "Latenz",
    no_latency: "Ohne Latenz",
    latency_tip: "Markierung und Schleier verzögern nichts, bei keiner Einstellung.",
    load: "Last des Audio-Threads",
    load_of: |percent| format!("Last {percent:.1} %"),
    load_tip: "Rechenzeit als Anteil der Echtzeit.",
    late: "Verspätet",
    late_times: |times| format!("{times}× verspätet"),
    late_tip: "Wie oft in den letzten zehn Sekunden die Verarbeitung, über eine \
        Zwanzigstelsekunde, länger dauerte als das Audio: Es kann Aussetzer gegeben haben. Im \
        Host größere Blöcke wählen, oder schließen, was den Prozessor sonst beschäftigt.",
    rate: "Abtastrate",
    rate_tip: "Die des Hosts. Markierung, Patches und Filter liegen bei jeder Rate zu denselben \
        Zeiten und klingen gleich.",
    timeline: "Zeitachse",
    host_timeline: "Host-Zeit",
    jack_transport: "JACK-Zeit",
    sample_count: "Samplezahl",
    timeline_tip: "Die Position bestimmt, wo die Patches liegen. Nennt der Host eine, so liegen \
        sie bei Wiedergabe, Loops und Bounces an denselben Stellen; sonst werden Samples gezählt.",
};

pub(super) const ORIGINAL: Original = Original {
    tip: "Spielt das Original statt des Ausgangs, gleich laut: Sein Pegel wird um die angegebenen \
        dB geändert, gemessen als LUFS Short-Term über die letzten drei Sekunden. Zum Vergleich \
        nach Gehör, solange Sie live abhören: In einem Rendering ist es nie enthalten, und mit \
        dem Fenster endet es.",
    waiting_tip: "Vergleicht das Original mit dem Ausgang, gleich laut nach LUFS Short-Term. \
        Dafür braucht es drei Sekunden geschützten Ton, ohne Delta und Bypass.",
    waiting: "kein Pegel",
    title: "Original: nicht geschützt",
    title_hint: |level| {
        format!(
            "Vor der Aufnahme A/B ausschalten. Der Eingang mit {level}, so laut wie der Ausgang \
             (LUFS Short-Term)."
        )
    },
    heard: "Zu hören ist das Original",
    heard_hint: "Zum Messen A/B ausschalten.",
    output: "Ausgang",
    original: "Original",
};

pub(super) const STEPS: Steps = Steps {
    undo: "Rückgängig",
    undo_tip: "Nimmt Ihre letzte Änderung hier zurück: eine Bewegung, ein Preset oder eine \
        Klasse. Strg+Z, am Mac Cmd+Z.",
    redo: "Wiederholen",
    redo_tip: "Führt erneut aus, was rückgängig gemacht wurde. Strg+Umschalt+Z oder Strg+Y, am Mac \
        Cmd+Umschalt+Z.",
};

pub(super) const USER_PRESETS: UserPresets = UserPresets {
    title: "Eigene Presets",
    tip: "Einstellungen, die Sie gespeichert haben: Markierung, Schleier und Patches. Es sind \
        Rezeptdateien, die auch der Befehl kennt: patchveil protect --preset NAME.",
    none: "Noch keine. Diese Einstellungen unter einem Namen speichern, hier oder mit patchveil \
        recipe --save.",
    field: "Diese Einstellungen speichern als",
    hint: "Ein Name",
    save: "Speichern",
    remove: |name| format!("„{name}“ entfernen"),
    saved: |name| format!("„{name}“ ist gespeichert."),
    removed: |name| format!("„{name}“ ist entfernt."),
    not_here: "Es hat Einstellungen, die das Plug-in nicht hat, und wird daher nicht geladen. Der \
        Befehl kann es benutzen: patchveil protect --preset.",
    mark: "Markierung",
    mark_at: |level| format!("Markierung mit {level}"),
    veil: |preset, percent| format!("Schleier von {preset} mit {percent} %"),
    patches: |count, patch, period| format!(", {count} Patches von {patch} ms in {period} ms"),
};

pub(super) const RECEIPTS: Receipts = Receipts {
    option: "Belege für Renderings …",
    about: "Nach jedem Offline-Rendering eines Hosts mit Zeitachse kommt dort eine Zeile in \
        patchveil.receipts.jsonl hinzu: Fingerabdruck, Rezept, Stelle im Projekt, Zeit. Nie der \
        Schlüssel. Ohne Ordner wird nichts geschrieben.",
    folder: "Ordner",
    none: "keiner",
    save: "Speichern",
    no_home: "Dieser Benutzer hat keinen Ort für Einstellungen.",
    no_such_folder: "Diesen Ordner gibt es nicht: mit dem ganzen Pfad angeben.",
    not_saved: |why| format!("Speichern war nicht möglich: {why}."),
};
