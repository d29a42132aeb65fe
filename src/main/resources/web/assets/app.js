import * as api from "./api.js";
import { EvaluationPanel } from "./evaluation.js";
import { Header } from "./header.js";
import { Icon } from "./icons.js";
import { Live } from "./live.js";
import { RecentPanel } from "./recent.js";
import { SubmitPanel, useDraft } from "./submit.js";
import { html, render, useCallback, useEffect, useRef, useState } from "/assets/vendor/preact-10.29.8/preact.js";

const HEALTH_MS = 15_000;
const RETRY_MS = 3000;
const NARROW = matchMedia("(max-width: 960px)");
const live = new Live();

// Elapsed times count from the server's clock, which need not agree with this machine's.
let clockSkewMs = 0;
const now = () => Date.now() + clockSkewMs;
const learnClock = (timestamp) => {
  if (timestamp) clockSkewMs = Date.parse(timestamp) - Date.now();
};

const idInHash = () => location.hash.match(/^#\/eval\/([\w-]{1,100})$/)?.[1] ?? null;

function useRoute() {
  const [id, setId] = useState(idInHash);
  useEffect(() => {
    const changed = () => setId(idInHash());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return id;
}

/** What the platform says of itself; asked again on a timer, sooner while it cannot be reached. */
function usePlatform() {
  const [platform, setPlatform] = useState({ health: null, engines: null, languages: [], unreachable: false });
  const [connection, setConnection] = useState({ state: live.state, retryAt: null });

  useEffect(() => {
    let timer = 0;
    const ask = async () => {
      let wait = HEALTH_MS;
      try {
        const [health, engines, languages] = await Promise.all([api.health(), api.engines(), api.languages()]);
        learnClock(health.timestamp);
        setPlatform({ health, engines, languages, unreachable: false });
      } catch (problem) {
        if (!(problem instanceof api.Problem)) throw problem;
        wait = RETRY_MS;
        setPlatform((before) => ({ ...before, unreachable: true }));
      }
      clearTimeout(timer);
      timer = setTimeout(ask, wait);
    };
    ask();
    setConnection({ state: live.state, retryAt: live.retryAt });
    const unlisten = live.listen((message) => {
      if (message.type === "heartbeat") learnClock(message.timestamp);
      if (message.type !== "connection") return;
      setConnection({ state: message.state, retryAt: message.retryAt });
      if (message.state !== "connecting") ask();
    });
    return () => {
      clearTimeout(timer);
      unlisten();
    };
  }, []);
  return { ...platform, connection };
}

function Banner({ unreachable, engines }) {
  if (unreachable) {
    return html`
      <div class="banner tone-bad" role="alert"><${Icon} name="bad" />
        <div>
          <strong>The server cannot be reached.</strong>
          <p>What it accepted is kept and will be finished. This page tries again by itself.</p>
        </div>
      </div>`;
  }
  if (!engines || engines.engines.some((engine) => engine.available)) return null;
  return html`
    <div class="banner tone-warn" role="alert"><${Icon} name="warn" />
      <div><strong>No engine can run code here.</strong><p>Each line gives one way to get one:</p>
        <ul>${engines.engines.filter((engine) => engine.remedy).map((engine) => html`
          <li key=${engine.name}><strong>${engine.name}</strong>: ${engine.detail} <code>${engine.remedy}</code></li>`)}</ul>
      </div>
    </div>`;
}

function blockedBy({ unreachable, engines, languages }) {
  if (unreachable) return "The server cannot be reached";
  if (!engines || languages.length === 0) return "Loading";
  return engines.engines.some((engine) => engine.available) ? null : "No engine can run code here";
}

function App() {
  const id = useRoute();
  const platform = usePlatform();
  const [draft, change] = useDraft();
  const [announcement, setAnnouncement] = useState("");
  const result = useRef(null);

  const announce = useCallback((words) => {
    setAnnouncement(words);
    document.title = `${words.split(".")[0]} · Crucible`;
  }, []);
  useEffect(() => {
    if (!id) document.title = "Crucible";
  }, [id]);

  const onSubmitted = (newId) => {
    location.hash = `#/eval/${newId}`;
  };
  useEffect(() => {
    if (id && NARROW.matches) result.current.scrollIntoView({ block: "start" });
  }, [id]);

  const edit = ({ code, language }) => change({ code, language });
  return html`
    <${Header} ...${platform} />
    <main>
      <${Banner} ...${platform} />
      <div class="bench">
        <${SubmitPanel} draft=${draft} change=${change} languages=${platform.languages} engines=${platform.engines}
          blocked=${blockedBy(platform)} onSubmitted=${onSubmitted} />
        <section class="card result" aria-label="Result" ref=${result}>
          ${id
            ? html`<${EvaluationPanel} key=${id} id=${id} live=${live} now=${now} announce=${announce} onEdit=${edit} />`
            : html`<div class="empty"><p>Nothing is open.</p><p>Run a program, or choose one from the list below.</p></div>`}
        </section>
      </div>
      <${RecentPanel} live=${live} selected=${id} now=${now} />
    </main>
    <p class="visually-hidden" role="status" aria-live="polite">${announcement}</p>`;
}

document.querySelector("#app").replaceChildren();
render(html`<${App} />`, document.querySelector("#app"));
live.start();
