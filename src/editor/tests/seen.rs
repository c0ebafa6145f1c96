//! What was drawn, and what screen readers are told: the standalone's tests use it too.

use egui::accesskit::{Action, NodeId, Role};
use egui::epaint::ClippedShape;
use egui::{Key, Pos2, Rect, Shape};
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, By, NodeT, Queryable};

/// Tells nodes apart.
fn id_of(node: &AccessKitNode<'_>) -> NodeId {
    node.locate().0
}

/// Whether the user can do something with it.
fn is_control(node: &AccessKitNode<'_>) -> bool {
    matches!(
        node.role(),
        Role::Button
            | Role::CheckBox
            | Role::ComboBox
            | Role::Link
            | Role::MenuItemRadio
            | Role::MultilineTextInput
            | Role::PasswordInput
            | Role::Slider
            | Role::SpinButton
            | Role::Switch
            | Role::TextInput
    )
}

/// A text as it was drawn.
pub(super) struct Drawn {
    pub(super) text: String,
    rect: Rect,
    clip: Rect,
    elided: bool,
}

/// All texts of the last frame, as far as they are visible.
pub(super) fn drawn<S>(window: &Harness<'_, S>) -> Vec<Drawn> {
    fn collect(shape: &Shape, clip: Rect, all: &mut Vec<Drawn>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, all)),
            Shape::Text(text) => all.push(Drawn {
                text: text.galley.text().to_owned(),
                rect: text.galley.mesh_bounds.translate(text.pos.to_vec2()),
                clip,
                elided: text.galley.elided,
            }),
            _ => {}
        }
    }
    let mut all = Vec::new();
    for ClippedShape { clip_rect, shape, .. } in &window.output().shapes {
        collect(shape, *clip_rect, &mut all);
    }
    all.retain(|drawn| drawn.rect.is_positive() && drawn.rect.intersects(drawn.clip));
    all
}

/// What is wrong with the texts of this window: cut off, over each other, or past the end of a control.
pub(super) fn faults<S>(
    window: &Harness<'_, S>,
    may_be_elided: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let all = drawn(window);
    let mut faults = Vec::new();
    let screen = Rect::from_min_size(Pos2::ZERO, window.ctx.content_rect().size());
    for one in &all {
        let (rect, x) = (one.rect, one.clip.intersect(screen).x_range());
        if rect.left() < x.min - 1.0 || rect.right() > x.max + 1.0 {
            faults.push(format!("cut off: {}", one.text));
        }
        if one.elided && !may_be_elided(&one.text) {
            faults.push(format!("ends in …: {}", one.text));
        }
    }
    for (n, one) in all.iter().enumerate() {
        for other in &all[n + 1..] {
            let both = one.rect.intersect(one.clip).intersect(other.rect.intersect(other.clip));
            if both.width() > 1.5 && both.height() > 2.5 {
                faults.push(format!("over each other: {} / {}", one.text, other.text));
            }
        }
    }
    let controls = window.query_all(By::new().recursive(true).predicate(is_control));
    let controls: Vec<Rect> = controls.map(|node| node.rect()).collect();
    for one in &all {
        let fits = |control: &Rect| control.expand(0.5).contains_rect(one.rect);
        let begins = |control: &&Rect| control.contains(one.rect.left_center());
        if controls.iter().any(|control| begins(&control)) && !controls.iter().any(fits) {
            faults.push(format!("wider than its control: {}", one.text));
        }
    }
    faults
}

/// Demands a name, a role and a value of every control. Returns how many there are.
pub(super) fn check_controls<S>(window: &Harness<'_, S>) -> usize {
    let mut controls = 0;
    for node in window.query_all(By::new().recursive(true).predicate(|_| true)) {
        let node = node.accesskit_node();
        if !is_control(&node) {
            let passive = matches!(
                node.role(),
                Role::Image | Role::Window | Role::ScrollView | Role::GenericContainer
            );
            let focusable = node.data().supports_action(Action::Focus);
            assert!(passive || !focusable, "{:?} {:?} is no control", node.role(), node.label());
            continue;
        }
        controls += 1;
        let name = node.label().unwrap_or_default();
        assert!(!name.trim().is_empty(), "a {:?} without a name", node.role());
        let has_value = match node.role() {
            Role::Slider | Role::ComboBox | Role::SpinButton => {
                node.value().is_some_and(|value| !value.trim().is_empty())
            }
            Role::Switch | Role::CheckBox | Role::MenuItemRadio => node.toggled().is_some(),
            _ => true,
        };
        assert!(has_value, "{name} without a value");
    }
    controls
}

/// Presses Tab through the window: every control is reached, in reading order, and it begins again.
pub(super) fn check_tab_order<S>(window: &mut Harness<'_, S>) {
    let order = tab_order(window);
    // Where everything is after all scrolling.
    let place = |id: NodeId| {
        let mut nodes =
            window.query_all(By::new().recursive(true).predicate(move |node| id_of(node) == id));
        nodes.next().map(|node| node.rect())
    };
    let enabled = |node: &AccessKitNode<'_>| is_control(node) && !node.is_disabled();
    for node in window.query_all(By::new().recursive(true).predicate(enabled)) {
        let (id, name) = (id_of(&node.accesskit_node()), node.accesskit_node().label());
        assert!(order.iter().any(|(reached, _)| *reached == id), "{name:?} not in {order:?}");
    }
    // A form has the focus when it opens; then the way goes once from the end to the beginning.
    let tops = || order.iter().filter_map(|(id, _)| place(*id)).map(|rect| rect.top());
    let begins_inside = tops().next() > tops().map(|top| top + 20.0).reduce(f32::min);
    let mut back = Vec::new();
    for two in order.windows(2) {
        let ((from, a), (to, b)) = (&two[0], &two[1]);
        let (Some(a_at), Some(b_at)) = (place(*from), place(*to)) else { continue };
        let onwards = b_at.left() >= a_at.right() - 2.0 || b_at.top() >= a_at.center().y;
        if !onwards {
            back.push(format!("from {a} {a_at:?} back to {b} {b_at:?}"));
        }
    }
    assert!(back.len() <= usize::from(begins_inside), "{back:?}");
}

/// What has the focus, if anything.
fn focused<S>(window: &Harness<'_, S>) -> Option<(NodeId, String)> {
    let has_focus = |node: &AccessKitNode<'_>| node.is_focused() && node.role() != Role::Window;
    let node = window.query_all(By::new().recursive(true).predicate(has_focus)).next()?;
    let node = node.accesskit_node();
    Some((id_of(&node), node.label().unwrap_or_default()))
}

/// All that Tab reaches, in its order, until it begins again.
pub(super) fn tab_order<S>(window: &mut Harness<'_, S>) -> Vec<(NodeId, String)> {
    let mut order: Vec<(NodeId, String)> = Vec::new();
    for _ in 0..80 {
        window.key_press(Key::Tab);
        window.run_steps(3);
        let Some(now) = focused(window) else { continue };
        if order.first() == Some(&now) {
            return order;
        }
        order.push(now);
    }
    panic!("Tab is trapped: {order:?}");
}
