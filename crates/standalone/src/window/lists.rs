//! Lists of the panels, by keyboard too.

use egui::{ComboBox, Context, Id, InnerResponse, Response, Ui, WidgetText};

/// Where it is noted that a panel has just been folded out by a key.
fn opened() -> Id {
    Id::unique("panel folded out by a key")
}

/// A panel folds out by a key: its first list gets the focus.
pub(super) fn focus_panel(context: &Context) {
    context.data_mut(|data| data.insert_temp(opened(), true));
}

/// Gives `first` the focus where its panel has just been folded out by a key.
pub(super) fn take_focus(ui: &Ui, first: &Response) {
    if ui.data_mut(|data| data.remove_temp::<bool>(opened())).is_some() {
        first.request_focus();
    }
}

/// A list that has the focus after a choice, as before it.
pub(super) fn show<T: PartialEq + Clone>(
    ui: &mut Ui,
    list: ComboBox,
    label: Id,
    chosen: &mut T,
    lines: impl FnOnce(&mut Ui, &mut T),
) -> Response {
    let before = chosen.clone();
    let InnerResponse { response, .. } = list.show_ui(ui, |ui| lines(ui, chosen));
    if *chosen != before {
        response.request_focus();
    }
    response.labelled_by(label)
}

/// A line of a list. Choosing it closes the list, with the keyboard too.
pub(super) fn choice<T: PartialEq>(
    ui: &mut Ui,
    chosen: &mut T,
    value: T,
    name: impl Into<WidgetText>,
) {
    let name: WidgetText = name.into();
    if ui.selectable_value(chosen, value, name).clicked() {
        ui.close();
    }
}
