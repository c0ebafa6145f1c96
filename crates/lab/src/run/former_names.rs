//! Results written so far name presets and attacks by names they no longer have.

use patchveil_veil::Preset;

use super::record::Line;
use crate::attack::Attack;
use crate::protect::Veil;

/// Former name of the preset `light`.
const FORMER_LIGHT: &str = "transparent";

/// Gives presets and attacks their current names. A recipe that a user gave a former name of a
/// preset keeps it.
pub(super) fn replace(lines: &mut [Line]) {
    let former = Veil::Preset(FORMER_LIGHT.to_owned());
    let light = Veil::Preset(Preset::Light.to_string());
    let is_former =
        lines.iter().any(|line| matches!(line, Line::Plan(plan) if plan.veils.contains(&former)));
    let replace_veil = |name: &mut String| {
        if is_former && *name == former.name() {
            light.name().clone_into(name);
        }
    };
    for line in lines {
        match line {
            Line::Plan(plan) => {
                plan.attacks.iter_mut().for_each(replace_attack);
                for veil in plan.veils.iter_mut().filter(|veil| **veil == former) {
                    *veil = light.clone();
                }
            }
            Line::Quality(quality) => replace_veil(&mut quality.veil),
            Line::Run(record) => {
                replace_veil(&mut record.id.veil);
                replace_attack(&mut record.id.attack);
            }
        }
    }
}

fn replace_attack(name: &mut String) {
    if let Some(attack) = Attack::by_name(name) {
        attack.name().clone_into(name);
    }
}
