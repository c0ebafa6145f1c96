//! The class keys.

use crate::texts::Keys;

pub(super) const KEYS: Keys = Keys {
    title: "Clés de classe",
    listen: "Écouter",
    listen_tip: "Indique lesquelles de ces clés le son entrant porte déjà, pour ne rien marquer \
        deux fois et pour vérifier un bounce.",
    new: "Créer",
    new_tip: "Crée une classe avec une nouvelle clé secrète.",
    import: "Importer",
    import_tip: "Importe une clé exportée ici ou ailleurs.",
    reading: "Lecture du trousseau …",
    working: "En cours …",
    ok: "OK",
    search: "Rechercher",
    search_classes: |count| format!("Rechercher parmi {count} classes"),
    nothing_found: |wanted| {
        format!("Aucune classe n'a « {wanted} » dans son nom ou son empreinte.")
    },

    heard: |keys, seconds| {
        format!(
            "Le son entrant est déjà marqué : {keys}, en {seconds:.0} s. Marqué à nouveau, il portera \
             les deux marques."
        )
    },
    heard_key: |name, p| format!("« {name} » ({p})"),
    heard_nothing_yet: "Écoute du son entrant : il faut trois secondes de son.",
    heard_none: |seconds| {
        format!("En {seconds:.0} s de son entrant, aucune de ces clés n'a été trouvée.")
    },
    heard_unreadable: "Le trousseau est illisible.",

    none_yet: "Pas encore de clé de classe",
    none_yet_hint: "Une classe est ce que vous protégez comme un tout : une émission, une voix, \
        un artiste. Chacune a sa propre clé secrète, qui ne quitte jamais cet ordinateur, sauf si \
        vous l'exportez. La première sert aussitôt ici et dans les nouvelles instances.",
    first_new: "Nouvelle clé",
    first_import: "Importer une clé",

    in_use: "Utilisée",
    is_default: "Par défaut",
    key: |fingerprint| format!("Clé {fingerprint}"),
    since: |date| format!("Dans ce trousseau depuis le {date}"),
    uses_this: "Cette instance utilise cette classe.",
    use_here: "Utiliser ici",
    use_here_tip: "Utilise cette classe à partir du prochain patch.",
    rename: "Nom",
    export: "Exporter",
    make_default: "Défaut",
    make_default_tip: "Les nouvelles instances utilisent la classe par défaut.",
    remove: "Supprimer",

    class_name: "Nom de la classe",
    class_name_hint: "Une émission, une voix, un artiste",
    create: "Créer la clé",
    new_name: "Nouveau nom",
    rename_note: "La clé reste la même, et tout ce qu'elle protège aussi.",
    use_name: "Utiliser ce nom",
    remove_warning: |class| {
        format!(
            "Supprime définitivement « {class} » et sa clé. Sans copie de la clé, rien de ce qu'elle \
             protégeait ne peut être restauré ni reconnu."
        )
    },
    remove_confirm: |class| format!("Pour confirmer, saisissez le nom : {class}"),
    remove_for_good: "Supprimer définitivement",
    nothing_removed: |class| {
        format!("Rien n'a été supprimé : saisissez « {class} » pour confirmer.")
    },
    import_source: "Clé, ou fichier",
    import_source_hint: "Collez pvkey1…, ou le chemin d'un fichier exporté",
    import_name_hint: "Vide : le nom dans le fichier de clé",
    import_passphrase: "Phrase secrète de la clé",
    import_now: "Importer",
    export_note: "Qui a la clé peut retirer la protection. Gardez la copie comme un mot de passe.",
    export_passphrase: "Phrase secrète de la copie",
    export_passphrase_hint: "Vide : sans phrase secrète",
    file: "Fichier",
    save: "Enregistrer",
    show_key: "Afficher la clé",
    show_key_tip: "Affiche la clé secrète à l'écran. Assurez-vous que personne ne regarde.",
    secret_note: "Voici la clé secrète. Copiez-la en lieu sûr, puis masquez-la.",
    copy: "Copier",
    copy_tip: "Place la clé dans le presse-papiers, où d'autres programmes peuvent la lire.",
    hide: "Masquer",

    passphrase: "Phrase secrète",
    unlock: "Déverrouiller",
    unlock_note: "Déverrouille le trousseau dans toutes les instances de ce programme. La phrase \
        secrète est oubliée quand la dernière se ferme.",
    copy_path: "Copier le chemin du trousseau",
    comes_back: "La liste revient d'elle-même quand le fichier a changé.",
    lock: "Verrouiller",
    lock_tip: "Oublie la phrase secrète dans toutes les instances de ce programme. Les instances \
        qui protègent continuent.",
    set_passphrase: "Définir une phrase secrète",
    set_passphrase_tip: "Chiffre le fichier du trousseau. Chaque programme qui l'utilise demande \
        une fois la phrase secrète.",
    passphrase_note: "Une phrase secrète oubliée est perdue. Exportez d'abord une copie de chaque clé.",
    new_passphrase: "Nouvelle phrase secrète",
    repeat: "Répétez-la",
    set_this: "Définir",
    remove_passphrase: "Retirer",
    remove_passphrase_tip: "Le fichier n'a alors plus de phrase secrète. Seul votre compte peut le lire.",
    passphrases_differ: "Rien n'a été modifié : les deux phrases secrètes diffèrent.",

    first_used: |class| format!("« {class} » sert ici et dans les nouvelles instances."),
    added: |class| format!("« {class} » est dans le trousseau."),
    back_up: "Exportez sa clé et gardez la copie ailleurs.",
    removed: |class| format!("« {class} » et sa clé sont supprimées."),
    saved: |path| {
        format!("La clé a été enregistrée dans {path}. Vous seul pouvez lire ce fichier.")
    },
    unlocked: "Le trousseau est déverrouillé ici dans toutes les instances.",
    locked: "Le trousseau est verrouillé. Les instances qui protègent continuent.",
    passphrase_set: "Le trousseau est maintenant verrouillé avec la nouvelle phrase secrète.",
    passphrase_removed: "Le trousseau n'a plus de phrase secrète.",
};
