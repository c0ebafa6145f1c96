//! What goes wrong below the windows.

use crate::texts::{
    DeviceTrouble, Files, KeyringTrouble, NoProtection, PresetTrouble, SettingsTrouble,
};

pub(super) const FILES: Files = Files {
    disk_full: |path| {
        format!(
            "« {path} » : le disque est plein. Libérez de la place ou choisissez un autre disque."
        )
    },
    not_writable: |path| {
        format!("« {path} » : l'écriture n'y est pas permise. Choisissez un autre dossier.")
    },
    not_readable: |path| {
        format!("« {path} » : la lecture de ce fichier n'est pas permise. Choisissez-en un autre.")
    },
    no_folder: |path| format!("« {path} » : le dossier n'existe pas. Choisissez-en un autre."),
    no_file: |path| format!("« {path} » : ce fichier n'existe pas. Choisissez-en un autre."),
    too_large: |path| format!("« {path} » : un fichier ne peut y être plus grand."),
    exists: |path| {
        format!("« {path} » existe déjà et n'est pas remplacé. Choisissez un autre nom de fichier.")
    },
    failed: |path, said| format!("« {path} » : message du système : {said}."),
};

pub(super) const KEYRING: KeyringTrouble = KeyringTrouble {
    locked: |path| {
        format!(
            "le trousseau {path} est verrouillé : saisissez sa phrase secrète dans la fenêtre de \
             Patchveil"
        )
    },
    import_locked: "la clé à importer est verrouillée : il faut sa phrase secrète",
    wrong_passphrase: |path| {
        format!(
            "phrase secrète erronée pour le trousseau {path} : réessayez (verrouillage des majuscules, \
             disposition du clavier)"
        )
    },
    import_wrong_passphrase: "phrase secrète erronée pour la clé à importer : réessayez \
        (verrouillage des majuscules, disposition du clavier)",
    bad_passphrase: "phrase secrète inutilisable : saisissez un ou plusieurs mots sur une ligne",
    too_open: |path, mode| {
        format!(
            "d'autres peuvent lire ou modifier le trousseau {path} (droits {mode}) : exécutez \
             `chmod 600 {path}`"
        )
    },
    read_only: |path| {
        format!(
            "le trousseau {path} est en lecture seule : permettez l'écriture du fichier et de son \
             dossier, ou indiquez un autre trousseau"
        )
    },
    damaged: |path, found| {
        format!(
            "le trousseau {path} est endommagé et reste tel quel : rétablissez-le d'une sauvegarde, ou \
             écartez-le pour en commencer un autre ({found})"
        )
    },
    import_damaged: |found| {
        format!("la clé à importer est endommagée : reprenez une copie de l'export ({found})")
    },
    newer: |path| {
        format!(
            "le trousseau {path} vient d'un Patchveil plus récent et reste tel quel : mettez Patchveil \
             à jour"
        )
    },
    busy: |path| {
        format!(
            "un autre programme utilise le trousseau {path} : fermez ce programme, puis réessayez"
        )
    },
    duplicate_name: |name| {
        format!("une classe s'appelle déjà {name} : choisissez un autre nom ou renommez celle-là")
    },
    duplicate_key: |name| {
        format!("cette clé est déjà dans le trousseau, sous le nom {name} : utilisez cette classe")
    },
    bad_name: |found| format!("nom de classe inutilisable : {found}"),
    not_a_key: |found| {
        format!(
            "aucune clé à importer : il faut une ligne pvkey1… ou un fichier exporté par Patchveil \
             ({found})"
        )
    },
    no_name: "cette clé n'a pas de nom : donnez-en un à sa classe",
    no_folder: |variable| {
        format!(
            "ce système n'a pas de dossier de données pour vous : indiquez le trousseau par {variable}"
        )
    },
    not_watched: "le trousseau n'est plus surveillé : fermez cette fenêtre et rouvrez-la",
    other: |said| format!("le trousseau est inutilisable : {said}"),
};

pub(super) const NO_PROTECTION: NoProtection = NoProtection {
    newer_session: "la session vient d'un Patchveil plus récent : mettez Patchveil à jour",
    damaged_session: "la session est endommagée et sa classe illisible : choisissez la classe",
    no_class: "aucune classe n'est choisie",
    default_unknown: |why| format!("impossible de lire s'il y a une classe par défaut : {why}"),
    not_in_keyring: |class, key| {
        format!(
            "la clé de « {class} » ({key}) n'est pas dans le trousseau : importez-la ou choisissez une \
             autre classe"
        )
    },
    unreadable: |class, key, why| format!("la clé de « {class} » ({key}) est illisible : {why}"),
    design_failed: "le thread de calcul s'est interrompu : relancez le plug-in",
};

pub(super) const PRESET: PresetTrouble = PresetTrouble {
    bad_name: |name, found| format!("Un preset ne peut s'appeler {name} : {found}."),
    unknown: |name| format!("Aucun de vos presets ne s'appelle {name}."),
    exists: |name| {
        format!(
            "Il y a déjà un preset {name} : choisissez un autre nom ou supprimez d'abord celui-là."
        )
    },
    not_a_recipe: |path, found| format!("« {path} » n'est pas une recette : {found}."),
    unusable: |path, why| format!("« {path} » est inutilisable : {why}."),
};

pub(super) const DEVICE: DeviceTrouble = DeviceTrouble {
    no_jack: "JACK n'est pas installé ici. Installez JACK ou PipeWire, ou choisissez un autre backend.",
    no_server: "Aucun serveur JACK ne tourne. Lancez JACK ou PipeWire : il sera connecté dès qu'il \
        sera là.",
    refused: |said| format!("Le serveur JACK a refusé : {said}."),
    no_output: "Cette machine n'a pas de sortie audio. Branchez-en une ou lancez un serveur audio.",
    input_missing: |name| {
        format!(
            "L'entrée « {name} » est absente. Branchez-la ou choisissez-en une autre : elle sera \
             connectée dès son retour."
        )
    },
    output_missing: |name| {
        format!(
            "La sortie « {name} » est absente. Branchez-la ou choisissez-en une autre : elle sera \
             connectée dès son retour."
        )
    },
    not_listed: |said| format!("Le système n'indique aucun périphérique audio : {said}."),
    gone: |name| format!("« {name} » a disparu. Rebranchez-le : il sera connecté dès son retour."),
    stopped: |name, said| format!("« {name} » s'est arrêté : {said}."),
    not_opened: |name, said| format!("« {name} » ne s'ouvre pas : {said}."),
    is_busy: "Fermez le programme qui l'utilise ou choisissez un autre périphérique.",
    is_forbidden: "Autorisez Patchveil dans les réglages de confidentialité du système.",
    no_format: |name| {
        format!("« {name} » est inutilisable : il n'offre aucun format que Patchveil connaisse.")
    },
    other_rate: |name, hz| {
        format!(
            "« {name} » est inutilisable : il ne tourne pas aux {hz} Hz de la sortie. Choisissez une \
             autre fréquence, ou l'entrée et la sortie d'un même périphérique."
        )
    },
    other_output: "Branchez un périphérique audio, lancez un serveur audio ou choisissez une autre sortie.",
};

pub(super) const SETTINGS: SettingsTrouble = SettingsTrouble {
    unreadable: |path, said| {
        format!(
            "« {path} » est illisible. La sortie reste muette jusqu'à ce qu'une classe soit choisie, ou \
             le fichier réparé ou supprimé : {said}"
        )
    },
    not_set_aside: |path, said| {
        format!("« {path} » ne peut être renommé, rien n'est donc enregistré : {said}")
    },
};
