import { html } from "/assets/vendor/preact-10.29.8/preact.js";

const PATHS = {
  good: "M3.5 8.5l3 3 6-7",
  bad: "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6",
  warn: "M8 2.2l6.2 11.3H1.8ZM8 6.6v3.2M8 11.6v.1",
  clock: "M8 4.5V8l2.4 1.6M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z",
  idle: "M3.2 12.8l9.6-9.6M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z",
  run: "M8 1.8a6.2 6.2 0 1 1-6.2 6.2",
  wait: "M4.5 2.5h7M4.5 13.5h7M5.5 2.5c0 3 5 4 5 5.5s-5 2.5-5 5.5M10.5 2.5c0 3-5 4-5 5.5s5 2.5 5 5.5",
  play: "M5 3.2v9.6l7.5-4.8Z",
  bolt: "M9 1.8L3.8 9h3.7L7 14.2 12.2 7H8.5Z",
  copy: "M5.5 5.5h7v8h-7ZM3.5 10.5v-8h7",
  keep: "M8 2v7.5M4.8 6.5L8 9.7l3.2-3.2M2.5 11v2.5h11V11",
  open: "M9.5 2.5h4v4M13.5 2.5L8 8M11.5 9.5v4h-9v-9h4",
  down: "M8 2.5v10M3.8 8.5L8 12.7l4.2-4.2",
  auto: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8ZM8 1.8v12.4M8 5h4.5M8 8h6M8 11h4.5",
  light: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13",
  dark: "M13.2 9.8A5.8 5.8 0 0 1 6.2 2.8a5.8 5.8 0 1 0 7 7Z",
};

/** A decoration: it never stands without a word beside it or a label on its button. */
export const Icon = ({ name }) => html`
  <svg class="icon icon-${name}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" />
  </svg>`;

export const Mark = () => html`
  <svg class="mark" viewBox="0 0 24 24" width="26" height="26" aria-hidden="true" focusable="false">
    <path class="mark-flame" d="M12 2.5c.5 2.2 2.6 3 2.6 5.1A2.6 2.6 0 0 1 12 10a2.5 2.5 0 0 1-2.5-2.5C9.5 5.6 11.4 5 12 2.5Z" />
    <path d="M3.5 11.5h17l-1 2h-1.1l-1.7 6.3a2 2 0 0 1-1.9 1.5H9.2a2 2 0 0 1-1.9-1.5L5.6 13.5H4.5Z" />
  </svg>`;
