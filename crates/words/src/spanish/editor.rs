//! The editor, but for the class keys.

use crate::texts::{
    Controls, Figures, Headline, Original, Presets, Receipts, Spectra, Steps, Strength, Timeline,
    UserPresets, Window,
};

pub(super) const WINDOW: Window = Window {
    view: "Vista",
    view_tip: "Colores, idioma y tamaño de esta ventana.",
    colours: "Colores",
    dark: "Oscuro",
    light: "Claro",
    scale: "Tamaño",
    language: "Idioma",
    system: "Sistema",
    audio: "Audio",
    audio_tip: "Espectros y línea de tiempo.",
    keys: "Claves",
    keys_tip: "Claves de clase: elegir, crear, importar y exportar.",
    all_settings: "Todos los ajustes",
    all_settings_tip: "Muestra u oculta lo que ajusta el control: el preset, los niveles de marca \
        y velo, y los tramos.",
    mode: "Modo",
    mode_tip: "Si se aplican marca y velo o se quitan.",
    protect: "Proteger",
    protect_tip: "Aplica marca y velo, según los tenga el preset. Si no es posible, la salida se silencia.",
    restore: "Restaurar",
    restore_tip: "Quita marca y velo. Hacen falta la clave, los ajustes con que se protegió y la \
        grabación en su lugar de la línea de tiempo. Si no es posible, el audio pasa sin cambios.",
    on: "Sí",
    off: "No",
    no_audio_yet: "Aún no hay audio",
};

pub(super) const HEADLINE: Headline = Headline {
    marked: "Marcado (inaudible)",
    marked_louder: "Marcado (quizá audible)",
    veiled: "Velado (audible)",
    marked_and_veiled: "Marcado y velado (audible)",
    class_key: |class, key| format!("«{class}», clave {key}"),
    class_with_earlier_key: |class, trouble| {
        format!("«{class}», con la clave leída antes: {trouble}")
    },
    no_class: "Sin protección: ninguna clase elegida",
    no_class_hint: "Elija una clave de clase o cree una.",
    nothing_to_protect: "Sin protección: cantidad al 0 %",
    nothing_to_protect_hint: "No se cambia nada. Suba la cantidad para proteger.",
    bypassed_not_protected: "Bypass: sin protección",
    bypassed_not_protected_hint: "La salida es la entrada. Desactive el bypass para proteger.",
    bypassed_not_restored: "Bypass: sin restaurar",
    bypassed_not_restored_hint: "La salida es la entrada. Desactive el bypass para restaurar.",
    muted_key_missing: "Silenciado: falta la clave",
    muted: "Silenciado: nada sale sin protección",
    waiting: "Esperando al host",
    waiting_hint: "Aún no ha iniciado el procesado de audio.",
    silent_delta: "Delta: silencio, porque nada cambia",
    silent_delta_hint: "Desactive Delta para oír la entrada.",
    delta: "Delta: solo se oyen los cambios",
    delta_hint: "Desactive Delta antes de grabar o hacer un bounce.",
    restoring: |class| format!("Restaurando «{class}»"),
    restoring_key: |key| format!("Clave {key}. La salida no está protegida."),
    restoring_with_earlier_key: |trouble| format!("Con la clave leída antes: {trouble}"),
    restoring_by_count: |class| format!("Restaurando «{class}» por conteo"),
    restoring_by_count_hint: "El host no indica posición, así que se cuentan muestras. Solo es \
        correcto si la grabación empieza donde empezaba al protegerla.",
    nothing_to_restore: "Sin restaurar: cantidad al 0 %",
    nothing_to_restore_hint: "No se cambia nada. Ajuste la cantidad con que se protegió.",
    not_restoring: "Sin restaurar: el audio pasa sin cambios",
    no_sound: "No pasa ningún sonido",
    device_delivers_nothing: "El dispositivo de audio no entrega nada.",
    silence: "Silencio: nada que hacer",
    silence_comes_in: "Entra silencio: nada que hacer",
    no_host_audio: "El host no envía audio",
    ready_to_mark: |class| format!("Listo: lo que entre se marcará con «{class}»."),
    ready_to_veil: |class| format!("Listo: lo que entre se velará con «{class}»."),
    ready_to_mark_and_veil: |class| {
        format!("Listo: lo que entre se marcará y velará con «{class}».")
    },
    ready_to_restore: |class| format!("Listo: lo que entre se restaurará con «{class}»."),
};

pub(super) const STRENGTH: Strength = Strength {
    dial: "Intensidad",
    not_on_dial: |preset| format!("Preset {preset}, vea Todos los ajustes"),
    adjusted: "Ajustado, vea Todos los ajustes",
    inaudible: "inaudible",
    audible: "audible, protege más",
    nothing_changed: "No se cambia nada",
    bypass_on: "El bypass está activo.",
    nothing_out: "No sale nada",
    not_while_restoring: "Sin medición al restaurar",
    not_measured: "Sin medición",
    delta_on: "Con Delta solo se oyen los cambios.",
    listener: "Qué nota quien escucha",
    measuring: "Midiendo: falta un segundo.",
    no_sound_to_measure: "Se mide en cuanto haya sonido.",
    unlikely: "Es improbable que se note",
    may: "Puede que se note",
    will: "Se nota",
    levels: |mean, most| format!("Los tercios de octava cambian {mean:.2} dB (máx. {most:.2})"),
    levels_short: |mean, most| format!("Nivel {mean:.2} dB (máx. {most:.2})"),
    loudness: |change, seconds| format!("Sonoridad {change} ({seconds} s)"),
    last: |seconds| format!("últimos {seconds} s"),
    found: |seconds, p| format!("Marca hallada en {seconds:.0} s ({p})"),
    expected: |seconds| format!("Marca prevista tras unos {seconds:.0} s"),
    looking: "Buscando la marca …",
    not_found_yet: |seconds| format!("Marca aún no hallada en {seconds:.0} s"),
    not_enough: "Poca señal para llevar una marca",
    rule: "Medido en los últimos segundos de este sonido, sin el trim de salida. Improbable: una \
        marca del nivel del preset o menos, y no más de lo medido en marcas (tercios de octava: \
        0.1 dB de media y 0.62 dB como máximo, sonoridad 0.13 LU). Seguro: al menos lo medido con \
        el velo de Ligero (1.9 dB de media o 4.9 dB como máximo). Posible: todo lo intermedio. \
        Son medidas, no una prueba de escucha.",
    found_tip: "La marca se busca en la salida como lo hace patchveil detect, con la clave de \
        esta clase: hallada significa p ≤ 1e−6. Mientras no lo está, se predice el tiempo que \
        falta según lo bien que encaja. El silencio y los tonos puros no llevan marca.",
};

pub(super) const CONTROLS: Controls = Controls {
    mark_level: "Nivel de marca",
    mark_level_label: "Marca",
    mark_level_short: "Marca",
    mark_level_tip: "Nivel de la marca, en dB por encima o por debajo del preset. Más alto: se \
        halla en fragmentos más cortos y puede oírse. Más bajo: es más difícil de hallar.",
    mark_held_tip: "La marca actúa al nivel entre paréntesis: más fuerte, la suma de sus ecos superaría el 0.9 \
        del sonido y no se podría deshacer.",
    no_mark: "ninguna",
    no_mark_tip: "El preset no tiene marca, así que no tiene efecto.",
    no_mark_yet_tip: "Esta sesión es anterior a la marca, así que no tiene efecto.",
    amount: "Cantidad",
    amount_tip: "Profundidad de los filtros del velo, en porcentaje de la del preset. Más es más \
        difícil de eludir y más audible. Al 0 % no hay velo.",
    no_veil: "sin velo",
    no_veil_tip: "El preset no tiene velo, así que no tiene efecto. Lo tienen Ligero, Medio \
        y Fuerte.",
    patch: "Duración",
    patch_short: "Tramo",
    patch_tip: "Duración de un tramo filtrado, en milisegundos. Los \
        tramos largos son más fáciles de aprender y más audibles.",
    period: "Período",
    period_tip: "Tras cuánto se repite la sucesión de tramos, en milisegundos. Un período más \
        largo espacia los mismos tramos: cambia menos audio y menos lo protege.",
    count: "Tramos/período",
    count_short: "Tramos",
    count_tip: "Número de tramos en un período. Más tramos cambian más audio: más protección y \
        más audible.",
    trim: "Trim de salida",
    trim_short: "Trim",
    trim_tip: "Ganancia tras marca y velo, en dB. Un velo conserva la sonoridad de la voz, pero \
        puede subir los picos unos dB: baje el nivel aquí si satura.",
    delta: "Delta",
    delta_tip: "Da solo lo que se cambia. Para escuchar: un bounce hecho así contiene la \
        diferencia, no su grabación.",
    bypass: "Bypass",
    bypass_tip: "La salida es la entrada, sin trim ni protección. Igual que el bypass del host.",
    follows: "preset",
    at_most: "máx.",
    at_least: "mín.",
    fit: |count| format!("caben {count}"),
    not_a_value: "Inválido",
    typed: |name| format!("{name}, entrada"),
    typed_no_value: |name| format!("{name}, entrada: valor no válido"),
    usage: "Arrastre para cambiar; con Mayús, ajuste fino. Doble clic: valor por defecto. Haga \
        clic y escriba para introducir un valor.",
};

pub(super) const PRESETS: Presets = Presets {
    preset: "Preset",
    tip: "La receta de la que parten los demás ajustes.",
    former_tip: "La receta de la que parten los demás ajustes. Esta sesión es anterior a la marca \
        y conserva su sonido. Elija Marca para pasar a los presets actuales.",
    go_over: "Pensada para no oírse. La sesión pasa a los presets actuales: desde entonces, Ligero, \
        Medio y Fuerte también tienen marca.",
    mark: "Marca",
    mark_tip: "Pensada para no oírse (los tercios de octava cambian 0.04 dB): quien tiene la clave puede \
        mostrar que un archivo la lleva y restaurar la grabación. Por defecto.",
    light: "Ligero",
    light_tip: "El velo menos audible (los tercios de octava cambian 1.9 dB), y el que menos protege.",
    balanced: "Medio",
    balanced_tip: "Un velo entre Ligero y Fuerte (los tercios de octava cambian 3.2 dB).",
    strong: "Fuerte",
    strong_tip: "El más audible de los tres velos (los tercios de octava cambian 4.4 dB), y el \
        que más protege.",
    poscuda_tip: "La receta publicada, para comparar (0.4 dB): un tramo cada medio segundo. No \
        se puede restaurar.",
    cuda_tip: "La receta publicada, para comparar (2.9 dB): todo filtrado, claramente audible. No \
        se puede restaurar.",
};

pub(super) const SPECTRA: Spectra = Spectra {
    title: "Espectros",
    plot: "Espectros, se leen con las teclas de flecha",
    before: "Antes",
    after: "Después",
    designed: "Calculado",
    measured: "Medido",
    difference: "Diferencia",
    difference_axis: "Diferencia, dB",
    peaks: "Picos",
    peaks_tip: "Dibuja los niveles más altos como líneas finas. Vuelva a pulsar para borrarlos.",
    freeze: "Congelar",
    freeze_tip: "Congela los espectros. El audio continúa.",
    fft_size: "Tamaño de FFT",
    fft_tip: "Muestras que se analizan a la vez. Más separan mejor las notas graves y reaccionan \
        más despacio; menos muestran cada tramo.",
    samples: |count| format!("{count} muestras"),
    kernel: "Núcleo",
    kernel_tip: "Los núcleos de la clase se alternan de tramo en tramo. Abajo se dibuja la \
        ganancia de este, como se calculó y como se midió en sus tramos.",
    kernel_number: |number| format!("Núcleo {number}"),
    kernel_of: |number, count| format!("Núcleo {number} de {count}"),
    current_kernel: "Núcleo actual",
};

pub(super) const TIMELINE: Timeline = Timeline {
    title: "Línea de tiempo",
    ten_seconds_tip: "Muestra los últimos diez segundos.",
    one_second_tip: "Muestra el último segundo, donde se ve cada tramo.",
    covered: |percent| format!("Los tramos cubren el {percent:.0} %"),
    mark_acts: "La marca actúa en cada muestra",
    covered_tip: "Cuánto del tiempo mostrado está en tramos, filtrados con la clave de clase. \
        Una marca no los necesita.",
    patch: "Tramo",
    now: "ahora",
    ago: |seconds, sample| format!("hace {seconds:.2} s   muestra {sample}"),
    levels: |before, after| format!("Antes {before}, después {after} dBFS"),
    in_patch: |kernel| format!("En un tramo, núcleo {kernel}"),
    marked: "Marcado",
    between: "Entre tramos",
};

pub(super) const FIGURES: Figures = Figures {
    protected: "Protegido hasta ahora",
    protected_for: |duration| format!("Protegido: {duration}"),
    protected_tip: "Cuánto sonido pasó protegido desde que se abrió esta instancia. El silencio no cuenta.",
    latency: "Latencia",
    no_latency: "Sin latencia",
    latency_tip: "Marca y velo no añaden retardo, con ningún ajuste.",
    load: "Carga del hilo de audio",
    load_of: |percent| format!("Carga {percent:.1} %"),
    load_tip: "Tiempo de proceso respecto al tiempo real.",
    late: "Tarde",
    late_times: |times| match times {
        1 => "Tarde 1 vez".to_owned(),
        times => format!("Tarde {times} veces"),
    },
    late_tip: "Cuántas veces, en los últimos diez segundos, el proceso duró más que el audio, en \
        una vigésima de segundo: puede haber cortes. Elija bloques mayores en el host, o cierre \
        lo que ocupe el procesador.",
    rate: "Frecuencia de muestreo",
    rate_tip: "La del host. Marca, tramos y filtros están en los mismos instantes y suenan igual \
        a cualquier frecuencia.",
    timeline: "Línea de tiempo",
    host_timeline: "Host",
    jack_transport: "JACK",
    sample_count: "Contado",
    timeline_tip: "La posición fija dónde están los tramos. Si el host indica una, están en los \
        mismos lugares al reproducir, en bucles y en bounces; si no, se cuentan muestras.",
};

pub(super) const ORIGINAL: Original = Original {
    tip: "Reproduce el original en lugar de la salida, con la misma sonoridad: su nivel se cambia \
        los dB indicados, medidos como LUFS a corto plazo en los últimos tres segundos. Para \
        comparar de oído, en escucha directa: un render nunca lo contiene, y al cerrar la ventana \
        termina.",
    waiting_tip: "Compara el original con la salida, con la misma sonoridad en LUFS a corto \
        plazo. Hacen falta tres segundos de sonido protegido, sin Delta ni Bypass.",
    waiting: "sin nivel",
    title: "Original: sin proteger",
    title_hint: |level| {
        format!(
            "Desactive A/B antes de grabar. La entrada a {level}, tan fuerte como la salida (LUFS \
             a corto plazo)."
        )
    },
    heard: "Se oye el original",
    heard_hint: "Para medir, desactive A/B.",
    output: "Salida",
    original: "Original",
};

pub(super) const STEPS: Steps = Steps {
    undo: "Deshacer",
    undo_tip: "Deshace su último cambio aquí: un gesto, un preset o una clase. Ctrl+Z, en Mac \
        Cmd+Z.",
    redo: "Rehacer",
    redo_tip: "Rehace lo deshecho. Ctrl+Mayús+Z o Ctrl+Y, en Mac Cmd+Mayús+Z.",
};

pub(super) const USER_PRESETS: UserPresets = UserPresets {
    title: "Mis presets",
    tip: "Ajustes que usted guardó: marca, velo y tramos. Son archivos de receta, que el comando \
        también conoce: patchveil protect --preset NAME.",
    none: "Aún no hay ninguno. Guarde estos ajustes con un nombre, aquí o con patchveil recipe \
        --save.",
    field: "Guardar estos ajustes como",
    hint: "Un nombre",
    save: "Guardar",
    remove: |name| format!("Eliminar «{name}»"),
    saved: |name| format!("«{name}» está guardado."),
    removed: |name| format!("«{name}» está eliminado."),
    not_here: "Tiene ajustes que el plug-in no tiene, así que no se carga. El comando puede \
        usarlo: patchveil protect --preset.",
    mark: "Marca",
    mark_at: |level| format!("Marca a {level}"),
    veil: |preset, percent| format!("velo de {preset} al {percent} %"),
    patches: |count, patch, period| format!(", {count} tramos de {patch} ms en {period} ms"),
};

pub(super) const RECEIPTS: Receipts = Receipts {
    option: "Recibos de renders …",
    about: "Tras cada render offline de un host con línea de tiempo, se añade allí una línea \
        a patchveil.receipts.jsonl: huella, receta, posición en el proyecto, hora. Nunca la \
        clave. Sin carpeta no se escribe nada.",
    folder: "Carpeta",
    none: "ninguna",
    save: "Guardar",
    no_home: "Este usuario no tiene lugar para los ajustes.",
    no_such_folder: "Esa carpeta no existe: indíquela con su ruta completa.",
    not_saved: |why| format!("No se pudo guardar: {why}."),
};
