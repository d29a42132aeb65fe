import { Icon, Mark } from "./icons.js";
import { html, useEffect, useRef, useState } from "/assets/vendor/preact-10.29.8/preact.js";

const THEME_NAMES = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
const HEALTH_TONES = { healthy: "good", degraded: "warn", unhealthy: "bad" };

/** A button that opens a small sheet; Escape, a click elsewhere or leaving it by keyboard closes it. */
function Popover({ label, summary, tone, children }) {
  const details = useRef(null);
  useEffect(() => {
    const outside = (event) => {
      if (!details.current.contains(event.target)) details.current.open = false;
    };
    const escape = (event) => {
      if (event.key !== "Escape" || !details.current.open) return;
      details.current.open = false;
      details.current.querySelector("summary").focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", escape);
    };
  }, []);
  return html`
    <details class="popover" ref=${details}>
      <summary class="chip tone-${tone}" title=${label}>${summary}</summary>
      <div class="sheet">${children}</div>
    </details>`;
}

const SheetTitle = ({ tone, name, note, children }) => html`
  <p class="sheet-title tone-${tone}"><${Icon} name=${tone} /><strong>${name}</strong><span class="muted">${note}</span>${children}</p>`;

function EngineLine({ engine, chosen }) {
  return html`
    <li>
      <${SheetTitle} tone=${engine.available ? "good" : "idle"} name=${engine.name} note=${engine.available ? engine.version : "not available"}>
        ${chosen && html`<span class="tag tone-good">in use</span>`}
      <//>
      <p>${engine.detail}</p>
      ${engine.remedy && html`<p>To get it: <code>${engine.remedy}</code></p>`}
      ${engine.weaknesses.map((weakness) => html`<p class="muted" key=${weakness}>Weaker here: ${weakness}</p>`)}
    </li>`;
}

function Engines({ engines }) {
  if (!engines) return null;
  const name = engines.default;
  const tone = name ? "good" : "bad";
  const summary = html`<${Icon} name=${tone} /><span class="chip-label">Engine</span> ${name ?? "none"}`;
  return html`
    <${Popover} label="Engines" tone=${tone} summary=${summary}>
      <p>${engines.default_reason}</p>
      <ul class="sheet-list">
        ${engines.engines.map((engine) => html`
          <${EngineLine} key=${engine.name} engine=${engine} chosen=${engine.name === name} />`)}
      </ul>
    <//>`;
}

function Health({ health, unreachable }) {
  if (unreachable) return html`<span class="chip tone-bad"><${Icon} name="bad" />unreachable</span>`;
  if (!health) return null;
  const tone = HEALTH_TONES[health.status] ?? "warn";
  return html`
    <${Popover} label="Health" tone=${tone} summary=${html`<${Icon} name=${tone} />${health.status}`}>
      <ul class="sheet-list">
        ${Object.entries(health.services).map(([name, service]) => html`
          <li key=${name}>
            <${SheetTitle} tone=${HEALTH_TONES[service.status] ?? "idle"} name=${name} note=${service.status} />
            ${service.detail && html`<p>${service.detail}</p>`}
          </li>`)}
      </ul>
    <//>`;
}

function Connection({ connection }) {
  const [, tick] = useState(0);
  const waiting = connection.state === "waiting";
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [waiting]);
  const open = connection.state === "open";
  const left = Math.max(0, Math.ceil((connection.retryAt - Date.now()) / 1000));
  const words = open ? "Live" : waiting ? `Reconnecting in ${left} s` : "Connecting…";
  return html`
    <span class="chip tone-${open ? "good" : "warn"} connection" data-connection=${connection.state}>
      <span class="dot"></span>${words}
    </span>`;
}

function ThemeButton() {
  const [name, setName] = useState(window.crucibleTheme.current());
  const words = THEME_NAMES[name];
  return html`
    <button type="button" class="chip theme" aria-label=${words} title=${words} onClick=${() => setName(window.crucibleTheme.next())}>
      <${Icon} name=${name} />
    </button>`;
}

export const Header = ({ health, engines, unreachable, connection }) => html`
  <header class="top">
    <h1><a href="#/" class="brand"><${Mark} />Crucible</a></h1>
    ${health && html`<span class="version muted">${health.version}</span>`}
    <span class="spacer"></span>
    <${Engines} engines=${engines} />
    <${Health} health=${health} unreachable=${unreachable} />
    <${Connection} connection=${connection} />
    <${ThemeButton} />
  </header>`;
