//! The style sheet of the page.

/// Style sheet of the page.
pub(crate) const CSS: &str = "
:root { color-scheme: light; --ink: #1c1c1e; --dim: #63636b; --line: #dcdce2; --bad: #b3202c; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, 'DejaVu Sans', sans-serif; color: var(--ink); margin: 0 auto;
  max-width: 1180px; padding: 28px 24px 60px; background: #fff; }
h1 { font-size: 25px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 34px 0 8px; }
h3 { font-size: 15px; margin: 20px 0 6px; }
p { max-width: 84ch; margin: 6px 0; } .dim { color: var(--dim); } .small { font-size: 13px; }
.box { border-left: 4px solid #1f6fb4; background: #f3f7fb; padding: 10px 16px; margin: 16px 0; }
.alarm { border-left-color: var(--bad); background: #fdf1f1; }
.bad { color: var(--bad); font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13.5px; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
th { font-weight: 600; vertical-align: bottom; } thead th { border-bottom: 2px solid #b9b9c3; }
th:first-child, td:first-child, td.left, th.left { text-align: left; }
td .sd { color: var(--dim); font-size: 11.5px; margin-left: 3px; }
td.sum { background: #f6f6f8; font-weight: 600; }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 5px; margin-right: 7px; }
.row { display: flex; flex-wrap: wrap; gap: 14px; } figure { margin: 8px 0; }
figcaption { font-size: 13px; color: var(--dim); }
svg { width: 100%; height: auto; display: block; } .wide { flex: 1 1 440px; max-width: 560px; }
.third { flex: 1 1 300px; max-width: 370px; }
svg .grid { stroke: #ececf0; } svg .frame { fill: none; stroke: #b9b9c3; }
svg .chance { stroke: var(--dim); stroke-dasharray: 4 4; }
svg .tick { font-size: 11px; fill: var(--dim); } svg .name { font-size: 12px; fill: var(--ink); }
svg .dot { font-size: 12px; font-weight: 600; } svg .curve { fill: none; stroke-width: 1.6; }
pre, code { font: 13px/1.45 ui-monospace, 'DejaVu Sans Mono', monospace; }
pre { background: #f6f6f8; padding: 10px 14px; overflow-x: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 18px; margin: 8px 0; }
dt { color: var(--dim); } dd { margin: 0; }
@media print { body { max-width: none; padding: 0; } }
";
