/** The style of report.ts: one column that fits a phone, colours for light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #fff; --card: #f6f7f9; --text: #1c2024; --dim: #5a6472; --line: #d8dde3;
  --good: #1a7f4b; --bad: #c62f2f; --skip: #8a6100; --pause: #b9c1cb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171b; --card: #1d2227; --text: #e6e9ed; --dim: #9aa5b1; --line: #333b44;
    --good: #4cc38a; --bad: #ff7b72; --skip: #e0b040; --pause: #4a545f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 68rem;
  font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);
  overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; }
p { margin: .25rem 0; }
.dim { color: var(--dim); }
.good { color: var(--good); } .bad { color: var(--bad); } .skip { color: var(--skip); }
.verdict { border-left: .4rem solid currentColor; padding-left: .8rem; }
.verdict p { color: var(--text); }
.row, .axis {
  display: grid; grid-template: "name track time" auto / minmax(7rem, 16rem) 1fr 5.5rem;
  column-gap: .75rem; align-items: center; padding: .3rem 0;
}
.row { border-top: 1px solid var(--line); }
.name { grid-area: name; min-width: 0; }
.name a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
.time { grid-area: time; text-align: right; font-variant-numeric: tabular-nums; color: var(--dim); white-space: nowrap; }
.track { grid-area: track; position: relative; min-height: 1.6rem; }
.track i { position: absolute; top: 50%; height: .9rem; margin-top: -.45rem; min-width: 3px; border-radius: 2px; background: var(--good); }
.track i.bad { background: var(--bad); }
.track b { position: absolute; top: 50%; height: 2px; margin-top: -1px; background: var(--pause); }
.axis { color: var(--dim); font-size: .8rem; }
.axis .track { min-height: 1.3rem; }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.axis span:first-child { transform: none; }
.axis span:last-child { transform: translateX(-100%); }
details { margin: .5rem 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
summary { padding: .55rem .8rem; cursor: pointer; }
summary:focus-visible { outline: 2px solid var(--text); outline-offset: 1px; }
details > div { padding: 0 .8rem .8rem; }
pre { margin: .4rem 0; padding: .6rem .7rem; white-space: pre-wrap; font: .85rem/1.45 ui-monospace, monospace; background: var(--back); border: 1px solid var(--line); border-radius: .35rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .8rem; margin: .5rem 0; }
dt { color: var(--dim); } dd { margin: 0; min-width: 0; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-top: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
td:last-child { width: 100%; padding-right: 0; }
td:not(:last-child) { white-space: nowrap; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) {
  .row { grid-template: "name time" auto "track track" auto / 1fr auto; }
  .axis { grid-template: "track" auto / 1fr; }
  .axis span:nth-child(even) { display: none; }
}
@media print { details { break-inside: avoid; } }
`;
