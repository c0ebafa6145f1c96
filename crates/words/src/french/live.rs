//! The standalone.

use crate::texts::{Devices, Live, RecordingWords, Trouble, Welcome};

pub(super) const LIVE: Live = Live {
    connecting: "Connexion …",
    no_device: "Aucun périphérique audio.",
    lost_device: "Le périphérique audio est perdu.",
    no_sound: "Aucun son n'entre ni ne sort.",
    no_sound_hint: "Le backend est « Aucun (silence) ». Choisissez-en un autre dans Périphériques.",
    not_there: |device| format!("« {device} » est absent."),
    not_there_hint: "Il sera connecté dès son retour.",
    nothing_connected: "Ni entrée ni sortie connectée.",
    nothing_connected_hint: "Choisissez-les dans Périphériques.",
    no_input: "Aucune entrée connectée.",
    no_output: "Aucune sortie connectée.",
    choose_one: "Choisissez-en une dans Périphériques.",
    quiet_input: "L'entrée ne donne que du silence.",
    quiet_input_hint: "Elle est peut-être muette, en pause ou bloquée.",
    route: |from, to| format!("de : {from} – vers : {to}"),
    nothing: "rien",
    dropouts: |times| format!("Du son a été perdu {times} fois : un tampon plus grand aide."),
    dropouts_of_two: |times| {
        format!(
            "Du son a été perdu {times} fois. Si l'entrée et la sortie ont chacune leur horloge, prenez \
             un seul périphérique, ou JACK ; sinon, un tampon plus grand aide."
        )
    },
    block: |frames, ms| format!("{frames} trames ({ms:.1} ms)"),
    muted_route: "La sortie est coupée. Activez Moniteur (Ctrl+M).",

    devices: "Périphériques",
    devices_tip: "Entrée, sortie, fréquence et tampon (Ctrl+D).",
    input: "Entrée",
    output: "Sortie",
    meter_tip: "Crête vraie des deux dernières secondes, sonie des trois dernières.",
    level: |name, level| format!("Niveau {name}, crête {level} dBFS"),
    clipped: |name| format!("Écrêtage {name} : oui, cliquez pour effacer"),
    not_clipped: |name| format!("Écrêtage {name} : non"),
    clip: "CLIP",
    monitor: "Moniteur",
    monitor_tip: "Envoie la sortie au périphérique. Désactivé, elle est coupée ; niveaux et \
        enregistreur continuent (Ctrl+M).",
    test_tone: "Son de test",
    test_tone_tip: "Une seconde à −20 dBFS, pour vérifier la sortie (Ctrl+T).",
    output_muted: "La sortie est coupée.",
    back_up: "Sauvegarder la clé",
    back_up_why: "Sans sa clé, personne ne peut trouver ni restaurer ce que vous protégez.",
    record: "Enregistrer",
    stop_recording: "Arrêter",
    record_tip: "Enregistre ce qui est envoyé, avec les secondes précédentes (Ctrl+R).",
    options: "Options",
    options_tip: "Dossier, format et découpage des enregistrements (Ctrl+O).",
    recording_waits: |file| format!("L'enregistrement attend du son : {file}"),
    recording_to: |length, file| format!("Enregistrement {length} dans {file}."),
    lost: |seconds| format!("{seconds:.2} s sont perdues et muettes."),
    over_full_scale: |samples| {
        format!("{samples} échantillons dépassaient la pleine échelle et sont écrêtés.")
    },
    rounded: "(arrondi à 24 bits)",
    saved: |length, path| format!("Enregistré ({length}) : {path}."),
    files: |count| format!("({count} fichiers)"),
    not_in_manifest: |why| format!("Pas de ligne dans le manifeste : {why}."),
    not_protected: "il n'était pas protégé",
    protection_changed: "la protection a changé, ou du son a été perdu, pendant l'enregistrement",
};

pub(super) const TROUBLE: Trouble = Trouble {
    server_stopped: "Le serveur audio s'est arrêté. Il sera reconnecté dès qu'il tournera.",
    rate_changed: |hz| format!("La fréquence d'échantillonnage est passée à {hz} Hz."),
    output_stalled: "Le périphérique audio ne fournit plus rien.",
    input_stalled: "L'entrée ne fournit plus rien.",
    input_reopened: "L'entrée ne donne que des zéros : elle a été rouverte.",
    audio_died: "Le thread audio s'est interrompu. Fermez Patchveil et relancez-le.",
    no_sound_recorded: "Rien n'a été enregistré : aucun son n'est arrivé.",
    recording_stopped: |why| format!("L'enregistrement s'est arrêté : {why}"),
    kept: |length, path| format!("Ce qui précède ({length}) est dans « {path} »."),
    left_in: |path| format!("Ce qu'il y a est dans « {path} »."),
    files_complete: "Les fichiers précédents sont complets.",
    nothing_recorded: "Rien n'a été enregistré.",
    completed: |length, path| {
        format!("Un enregistrement interrompu est maintenant complet ({length}) : {path}")
    },
    damaged: |length, path, original| {
        format!(
            "Un enregistrement interrompu est endommagé après {length} : {path}. Tout est encore dans {original}"
        )
    },
    not_completed: |path, why| {
        format!("Un enregistrement interrompu reste tel quel : {path} : {why}")
    },
};

pub(super) const DEVICES: Devices = Devices {
    backend: "Backend",
    automatic: "Automatique",
    silence: "Aucun (silence)",
    channels: "Canaux",
    mono: "Mono",
    stereo: "Stéréo",
    channel_count: |count| format!("{count} canaux"),
    none: "Aucune",
    default: "Par défaut",
    not_connected: "Non connecté",
    not_there: |id| format!("{id} (absent)"),
    rate: "Fréquence",
    buffer: "Tampon",
    frames: |count| format!("{count} trames"),
    stated: "C'est le serveur JACK qui en décide ; modifiez-le là-bas.",
    check: "Test d'entrée",
    choose_input: "Choisissez une entrée.",
    heard: "L'entrée est reçue.",
    say_something: "Parlez : la barre bouge.",
    no_sound_yet: "Pas encore de son.",
    play_tone: "Jouer un son de test",
    play_tone_tip: "Une seconde à −20 dBFS : vous devriez l'entendre.",
    look: "Chercher",
    look_tip: "Liste ce qui a été branché depuis.",
};

pub(super) const RECORDING: RecordingWords = RecordingWords {
    folder: "Dossier",
    format: "Format",
    float32: "WAV, 32 bits flottants",
    int24: "WAV, 24 bits",
    flac24: "FLAC, 24 bits",
    pre_roll: |seconds| format!("Commencer {seconds} secondes avant l'appui"),
    split: "Découper",
    never: "Jamais",
    after: |minutes| format!("Après {minutes} minutes"),
    note: "32 bits flottants est, bit pour bit, ce qui a été envoyé ; FLAC est la même chose, arrondie à 24 bits. Chaque \
        fichier reçoit une ligne dans le manifeste du dossier, patchveil.jsonl, pour « patchveil verify ».",
};

pub(super) const WELCOME: Welcome = Welcome {
    step: |number| format!("Étape {number} sur 3"),
    class: "Créer une classe",
    class_text: "Une classe est ce que vous protégez avec une clé : une émission, un artiste, une \
        voix. La clé est créée sur cette machine et ne la quitte jamais d'elle-même.",
    class_name: "Nom de la classe",
    example: "Émission de nuit",
    make: "Créer la classe",
    skip: "Passer l'accueil",
    backup: "Sauvegarder sa clé",
    backup_text: |class| {
        format!(
            "Sans la clé de « {class} », personne ne peut trouver ni restaurer ce qu'elle a protégé, \
             pas même vous. Gardez le fichier sur un autre disque, et ne donnez la phrase secrète à \
             personne."
        )
    },
    file: "Fichier",
    passphrase: "Phrase secrète (facultative)",
    passphrase_hint: "vide : qui a le fichier a la clé",
    save: "Enregistrer la sauvegarde",
    have_one: "J'en ai déjà une",
    later: "Plus tard",
    file_name: |class| format!("Clé Patchveil {class}.txt"),
    devices: "Choisir les périphériques",
    devices_text: "L'entrée est votre micro, ou ce qui joue. La sortie est là où les autres \
        écoutent : des haut-parleurs, ou un câble virtuel vers OBS ou un appel.",
    done: "Terminé",
};
