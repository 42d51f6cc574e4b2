// What the reader chose: the moment, the prefix, a node, a request. Views listen for what concerns
// them.
export class Choice {
  constructor(initial) {
    this.values = { ...initial };
    this.listeners = [];
  }
  get(name) { return this.values[name]; }
  set(changes) {
    const changed = Object.keys(changes).filter((name) => this.values[name] !== changes[name]);
    if (changed.length === 0) return;
    Object.assign(this.values, changes);
    for (const { names, listener } of this.listeners) {
      if (names.some((name) => changed.includes(name))) listener();
    }
  }
  // Calls `listener` now, and whenever one of `names` changes.
  follow(names, listener) {
    this.listeners.push({ names, listener });
    listener();
  }
}

// Colours of the theme in force, for what is drawn on a canvas.
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
