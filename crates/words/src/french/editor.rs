//! The editor, but for the class keys.

use crate::texts::{
    Controls, Figures, Headline, Original, Presets, Receipts, Spectra, Steps, Strength, Timeline,
    UserPresets, Window,
};

pub(super) const WINDOW: Window = Window {
    view: "Affichage",
    view_tip: "Couleurs, langue et taille de cette fenêtre.",
    colours: "Couleurs",
    dark: "Sombre",
    light: "Clair",
    scale: "Taille",
    language: "Langue",
    system: "Système",
    audio: "Audio",
    audio_tip: "Spectres et ligne de temps.",
    keys: "Clés",
    keys_tip: "Clés de classe : choisir, créer, importer et exporter.",
    all_settings: "Réglages",
    all_settings_tip: "Affiche ou masque ce que règle le curseur : le preset, les niveaux de la \
        marque et du voile, et les patchs.",
    mode: "Mode",
    mode_tip: "Appliquer la marque et le voile, ou les retirer.",
    protect: "Protéger",
    protect_tip: "Applique la marque et le voile, selon ce que contient le preset. Si c'est \
        impossible, la sortie est coupée.",
    restore: "Restaurer",
    restore_tip: "Retire la marque et le voile. Il faut la clé, les réglages qui ont servi à \
        protéger, et l'enregistrement à sa place sur la ligne de temps. Si c'est impossible, \
        l'audio passe inchangé.",
    on: "On",
    off: "Off",
    no_audio_yet: "Pas encore d'audio",
};

pub(super) const HEADLINE: Headline = Headline {
    marked: "Marqué (inaudible)",
    marked_louder: "Marqué (peut-être audible)",
    veiled: "Voilé (audible)",
    marked_and_veiled: "Marqué et voilé (audible)",
    class_key: |class, key| format!("« {class} », clé {key}"),
    class_with_earlier_key: |class, trouble| {
        format!("« {class} », avec la clé lue plus tôt : {trouble}")
    },
    no_class: "Non protégé : aucune classe choisie",
    no_class_hint: "Choisissez une clé de classe, ou créez-en une.",
    nothing_to_protect: "Non protégé : dosage à 0 %",
    nothing_to_protect_hint: "Rien n'est modifié. Augmentez le dosage pour protéger.",
    bypassed_not_protected: "Bypass : non protégé",
    bypassed_not_protected_hint: "La sortie est l'entrée. Désactivez le bypass pour protéger.",
    bypassed_not_restored: "Bypass : non restauré",
    bypassed_not_restored_hint: "La sortie est l'entrée. Désactivez le bypass pour restaurer.",
    muted_key_missing: "Muet : clé manquante",
    muted: "Muet : rien ne sort sans protection",
    waiting: "En attente de l'hôte",
    waiting_hint: "Il n'a pas encore lancé le traitement audio.",
    silent_delta: "Delta : silence, car rien n'est modifié",
    silent_delta_hint: "Désactivez Delta pour entendre l'entrée.",
    delta: "Delta : seules les modifications",
    delta_hint: "Désactivez Delta avant d'enregistrer ou de faire un bounce.",
    restoring: |class| format!("Restauration de « {class} »"),
    restoring_key: |key| format!("Clé {key}. La sortie n'est pas protégée."),
    restoring_with_earlier_key: |trouble| format!("Avec la clé lue plus tôt : {trouble}"),
    restoring_by_count: |class| format!("Position comptée : « {class} »"),
    restoring_by_count_hint: "L'hôte n'indique pas de position : les échantillons sont comptés. \
        Ce n'est juste que si l'enregistrement commence là où il commençait quand il a été \
        protégé.",
    nothing_to_restore: "Pas de restauration : dosage à 0 %",
    nothing_to_restore_hint: "Rien n'est modifié. Réglez le dosage qui a servi à protéger.",
    not_restoring: "Pas de restauration : audio inchangé",
    no_sound: "Aucun son ne passe",
    device_delivers_nothing: "Le périphérique audio ne délivre rien.",
    silence: "Silence : rien à faire",
    silence_comes_in: "Silence à l'entrée : rien à faire",
    no_host_audio: "Pas d'audio de l'hôte",
    ready_to_mark: |class| format!("Prêt : ce qui arrive sera marqué avec « {class} »."),
    ready_to_veil: |class| format!("Prêt : ce qui arrive sera voilé avec « {class} »."),
    ready_to_mark_and_veil: |class| {
        format!("Prêt : ce qui arrive sera marqué et voilé avec « {class} ».")
    },
    ready_to_restore: |class| format!("Prêt : ce qui arrive sera restauré avec « {class} »."),
};

pub(super) const STRENGTH: Strength = Strength {
    dial: "Force",
    not_on_dial: |preset| format!("Preset {preset}, voir Réglages"),
    adjusted: "Ajusté, voir Réglages",
    inaudible: "inaudible",
    audible: "audible, protège plus",
    nothing_changed: "Rien n'est modifié",
    bypass_on: "Le bypass est activé.",
    nothing_out: "Rien ne sort",
    not_while_restoring: "Pas de mesure en restauration",
    not_measured: "Pas de mesure",
    delta_on: "Delta : modifications seules.",
    listener: "Ce que remarque l'auditeur",
    measuring: "Mesure : il faut une seconde de son.",
    no_sound_to_measure: "Mesuré dès qu'il y a du son.",
    unlikely: "L'auditeur ne le remarque guère",
    may: "L'auditeur peut le remarquer",
    will: "L'auditeur le remarque",
    levels: |mean, most| {
        format!("Niveaux par tiers d'octave : {mean:.2} dB en moyenne, {most:.2} dB au plus")
    },
    levels_short: |mean, most| format!("Niveau {mean:.2} dB (max. {most:.2})"),
    loudness: |change, seconds| format!("Sonie {change} ({seconds} s)"),
    last: |seconds| format!("{seconds} dernières s"),
    found: |seconds, p| format!("Marque trouvée en {seconds:.0} s ({p})"),
    expected: |seconds| format!("Marque attendue après {seconds:.0} s environ"),
    looking: "Recherche de la marque …",
    not_found_yet: |seconds| format!("Marque pas encore trouvée en {seconds:.0} s"),
    not_enough: "Signal insuffisant pour une marque",
    rule: "Mesuré sur les dernières secondes de ce son, sans le trim de sortie. Guère : une \
        marque au niveau du preset ou moins, et pas plus que ce qui a été mesuré sur des marques \
        (tiers d'octave : 0.1 dB en moyenne et 0.62 dB au plus, sonie 0.13 LU). Sûrement : au \
        moins ce qui a été mesuré avec le voile de Léger (1.9 dB en moyenne ou 4.9 dB au plus). \
        Peut-être : tout le reste. Ce sont des mesures, pas un test d'écoute.",
    found_tip: "La marque est cherchée dans la sortie comme le fait patchveil detect, avec la clé \
        de cette classe : trouvée signifie p ≤ 1e−6. D'ici là, le temps nécessaire est prédit \
        d'après la concordance obtenue. Le silence et les sons purs ne portent pas de marque.",
};

pub(super) const CONTROLS: Controls = Controls {
    mark_level: "Niveau marque",
    mark_level_label: "Marque",
    mark_level_short: "Marque",
    mark_level_tip: "Niveau de la marque, en dB au-dessus ou au-dessous de celui du preset. Plus \
        haut : trouvée dans des extraits plus courts, mais peut devenir audible. Plus bas : plus \
        difficile à trouver.",
    mark_held_tip: "La marque agit au niveau entre parenthèses : plus forte, la somme de ses échos dépasserait \
        0.9 du son, et elle ne pourrait plus être annulée.",
    no_mark: "aucune",
    no_mark_tip: "Le preset n'a pas de marque : ce réglage est sans effet.",
    no_mark_yet_tip: "Cette session date d'avant la marque : ce réglage est sans effet.",
    amount: "Dosage",
    amount_tip: "Profondeur des filtres du voile, en pourcentage de celle du preset. Plus il y en \
        a, plus c'est difficile à contourner et audible. À 0 %, il n'y a pas de voile.",
    no_veil: "aucun",
    no_veil_tip: "Le preset n'a pas de voile : ce réglage est sans effet. Léger, Équilibré et \
        Fort en ont un.",
    patch: "Durée des patchs",
    patch_short: "Patch",
    patch_tip: "Durée d'un patch, c'est-à-dire d'un passage filtré, en millisecondes. Les patchs \
        longs s'apprennent plus facilement et s'entendent mieux.",
    period: "Période",
    period_tip: "Durée après laquelle la suite des patchs se répète, en millisecondes. Une \
        période plus longue espace les mêmes patchs : moins d'audio est modifié, moins le \
        protège.",
    count: "Patchs par période",
    count_short: "Patchs",
    count_tip: "Nombre de patchs dans une période. Plus de patchs modifient plus d'audio : plus \
        de protection, plus audible.",
    trim: "Trim de sortie",
    trim_short: "Trim",
    trim_tip: "Gain après la marque et le voile, en dB. Un voile garde la sonie de la parole mais \
        peut relever les crêtes de quelques dB : baissez le niveau ici en cas d'écrêtage.",
    delta: "Delta",
    delta_tip: "Ne sort que ce qui est modifié. Pour l'écoute : un bounce fait ainsi contient la \
        différence, pas votre enregistrement.",
    bypass: "Bypass",
    bypass_tip: "La sortie est l'entrée, sans trim ni protection. Identique au bypass de l'hôte.",
    follows: "preset",
    at_most: "max.",
    at_least: "min.",
    fit: |count| format!("{count} au plus"),
    not_a_value: "Invalide",
    typed: |name| format!("{name}, saisie"),
    typed_no_value: |name| format!("{name}, saisie : valeur invalide"),
    usage: "Glissez pour modifier, avec Maj pour un réglage fin. Double-clic : valeur par défaut. \
        Cliquez et tapez pour saisir une valeur.",
};

pub(super) const PRESETS: Presets = Presets {
    preset: "Preset",
    tip: "La recette dont partent les autres réglages.",
    former_tip: "La recette dont partent les autres réglages. Cette session date d'avant la \
        marque et garde son timbre. Choisissez Marque pour passer aux presets actuels.",
    go_over: "Faite pour ne pas s'entendre. La session passe aux presets actuels : dès lors, \
        Léger, Équilibré et Fort ont aussi une marque.",
    mark: "Marque",
    mark_tip: "Faite pour ne pas s'entendre (tiers d'octave : 0.04 dB) : qui a la clé peut \
        montrer qu'un fichier porte la marque, et restaurer l'enregistrement. Par défaut.",
    light: "Léger",
    light_tip: "Le voile le moins audible (tiers d'octave : 1.9 dB), et le moins protecteur.",
    balanced: "Équilibré",
    balanced_tip: "Un voile entre Léger et Fort (tiers d'octave : 3.2 dB).",
    strong: "Fort",
    strong_tip: "Le plus audible des trois voiles (tiers d'octave : 4.4 dB), et le plus protecteur.",
    poscuda_tip: "La recette publiée, pour comparer (0.4 dB) : un patch toutes les demi-secondes. \
        Ne peut pas être restauré.",
    cuda_tip: "La recette publiée, pour comparer (2.9 dB) : tout est filtré, nettement audible. \
        Ne peut pas être restauré.",
};

pub(super) const SPECTRA: Spectra = Spectra {
    title: "Spectres",
    plot: "Spectres, à lire avec les touches fléchées",
    before: "Avant",
    after: "Après",
    designed: "Calculé",
    measured: "Mesuré",
    difference: "Différence",
    difference_axis: "Différence, dB",
    peaks: "Crêtes",
    peaks_tip: "Trace les niveaux les plus hauts en lignes fines. Cliquez à nouveau pour les \
        remettre à zéro.",
    freeze: "Figer",
    freeze_tip: "Fige les spectres. L'audio continue.",
    fft_size: "Taille de FFT",
    fft_tip: "Échantillons analysés à la fois. Plus il y en a, mieux les notes graves se séparent \
        et plus l'affichage est lent ; moins il y en a, mieux on voit chaque patch.",
    samples: |count| format!("{count} échantillons"),
    kernel: "Noyau",
    kernel_tip: "Les noyaux de la classe alternent de patch en patch. Le gain de celui-ci est \
        tracé dessous, tel que calculé et tel que mesuré dans ses patchs.",
    kernel_number: |number| format!("Noyau {number}"),
    kernel_of: |number, count| format!("Noyau {number} sur {count}"),
    current_kernel: "Noyau courant",
};

pub(super) const TIMELINE: Timeline = Timeline {
    title: "Ligne de temps",
    ten_seconds_tip: "Affiche les dix dernières secondes.",
    one_second_tip: "Affiche la dernière seconde, où l'on distingue chaque patch.",
    covered: |percent| format!("Patchs : {percent:.0} % du temps"),
    mark_acts: "La marque agit sur chaque échantillon",
    covered_tip: "La part du temps affiché qui se trouve dans des patchs, filtrés avec la clé de \
        classe. Une marque n'en a pas besoin.",
    patch: "Patch",
    now: "présent",
    ago: |seconds, sample| format!("il y a {seconds:.2} s   échantillon {sample}"),
    levels: |before, after| format!("Avant {before}, après {after} dBFS"),
    in_patch: |kernel| format!("Dans un patch, noyau {kernel}"),
    marked: "Marqué",
    between: "Entre deux patchs",
};

pub(super) const FIGURES: Figures = Figures {
    protected: "Protégé jusqu'ici",
    protected_for: |duration| format!("Protégé : {duration}"),
    protected_tip: "La durée du son passé avec protection depuis l'ouverture de cette instance. \
        Le silence ne compte pas.",
    latency: "Latence",
    no_latency: "Sans latence",
    latency_tip: "La marque et le voile n'ajoutent aucun retard, quels que soient les réglages.",
    load: "Charge du thread audio",
    load_of: |percent| format!("Charge {percent:.1} %"),
    load_tip: "Temps de calcul rapporté au temps réel.",
    late: "En retard",
    late_times: |times| format!("En retard {times} fois"),
    late_tip: "Combien de fois, ces dix dernières secondes, le traitement a duré plus que l'audio \
        lui-même, sur un vingtième de seconde : il a pu y avoir des coupures. Choisissez des \
        blocs plus grands dans l'hôte, ou fermez ce qui occupe le processeur.",
    rate: "Fréquence d'échantillonnage",
    rate_tip: "Celle de l'hôte. Marque, patchs et filtres sont aux mêmes instants et sonnent \
        pareil à toutes les fréquences.",
    timeline: "Ligne de temps",
    host_timeline: "Hôte",
    jack_transport: "JACK",
    sample_count: "Compté",
    timeline_tip: "La position fixe la place des patchs. Si l'hôte en indique une, ils sont aux \
        mêmes endroits à la lecture, en boucle et au bounce ; sinon, les échantillons sont \
        comptés.",
};

pub(super) const ORIGINAL: Original = Original {
    tip: "Joue l'original au lieu de la sortie, à sonie égale : son niveau est modifié des dB \
        indiqués, mesurés en LUFS à court terme sur les trois dernières secondes. Pour comparer à \
        l'oreille, en écoute directe : un rendu ne le contient jamais, et fermer la fenêtre y met \
        fin.",
    waiting_tip: "Compare l'original à la sortie, à sonie égale en LUFS à court terme. Il faut \
        trois secondes de son protégé, sans Delta ni Bypass.",
    waiting: "pas de niveau",
    title: "Original : non protégé",
    title_hint: |level| {
        format!(
            "Désactivez A/B avant d'enregistrer. L'entrée à {level}, aussi forte que la sortie \
             (LUFS à court terme)."
        )
    },
    heard: "On entend l'original",
    heard_hint: "Pour mesurer, désactivez A/B.",
    output: "Sortie",
    original: "Original",
};

pub(super) const STEPS: Steps = Steps {
    undo: "Annuler",
    undo_tip: "Annule votre dernier changement ici : un geste, un preset ou une classe. Ctrl+Z, \
        sur Mac Cmd+Z.",
    redo: "Rétablir",
    redo_tip: "Rétablit ce qui a été annulé. Ctrl+Maj+Z ou Ctrl+Y, sur Mac Cmd+Maj+Z.",
};

pub(super) const USER_PRESETS: UserPresets = UserPresets {
    title: "Mes presets",
    tip: "Réglages que vous avez enregistrés : marque, voile et patchs. Ce sont des fichiers de \
        recette, que la commande connaît aussi : patchveil protect --preset NAME.",
    none: "Aucun pour l'instant. Enregistrez ces réglages sous un nom, ici ou par patchveil \
        recipe --save.",
    field: "Enregistrer ces réglages sous",
    hint: "Un nom",
    save: "Enregistrer",
    remove: |name| format!("Supprimer « {name} »"),
    saved: |name| format!("« {name} » est enregistré."),
    removed: |name| format!("« {name} » est supprimé."),
    not_here: "Il a des réglages que le plug-in n'a pas : il n'est donc pas chargé. La commande \
        peut l'utiliser : patchveil protect --preset.",
    mark: "Marque",
    mark_at: |level| format!("Marque à {level}"),
    veil: |preset, percent| format!("voile de {preset} à {percent} %"),
    patches: |count, patch, period| format!(", {count} patchs de {patch} ms en {period} ms"),
};

pub(super) const RECEIPTS: Receipts = Receipts {
    option: "Reçus des rendus …",
    about: "Après chaque rendu hors ligne d'un hôte qui a une ligne de temps, une ligne s'y \
        ajoute à patchveil.receipts.jsonl : empreinte, recette, position dans le projet, heure. \
        Jamais la clé. Sans dossier, rien n'est écrit.",
    folder: "Dossier",
    none: "aucun",
    save: "Enregistrer",
    no_home: "Cet utilisateur n'a pas d'emplacement pour les réglages.",
    no_such_folder: "Ce dossier n'existe pas : indiquez son chemin complet.",
    not_saved: |why| format!("Enregistrement impossible : {why}."),
};
