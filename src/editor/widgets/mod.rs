//! Elements that several panels use.

mod button;
mod field;
mod frame;
mod text;

pub(crate) use button::{
    Emphasis, button, choice_button, menu, menu_button, menu_option, press, toggle,
};
pub(crate) use field::{entered, focus_first, masked_field, search_field, text_field};
pub(crate) use frame::{
    HEADER, card, card_around, focus_ring, follow_focus, form, header, header_buttons, notice,
    outline, scrolled, title,
};
pub(crate) use text::{elided, no_audio_yet, note, probability, readout, sentence};
