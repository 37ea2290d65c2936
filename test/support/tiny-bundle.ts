// A bundle of a few lines that stands in for the firmware: it echoes inputs onto the display and writes flash by the
// host's rules. It is a script in the interpreter's dialect, as a built bundle is.

/** What it does: key n writes n + 1 words of 0x11; scan posts; service echoes; "T" scanned sets a timer. */
export const TINY_BUNDLE = `
  function line(text) { return { kind: "text", x: 0, y: 0, size: 1, text: text, inverted: false, x2: 0, y2: 0 }; }
  function show(text) { host.flip([line(text)]); }
  function write(address, length) {
    host.chip.program(address, new Uint8Array(length).fill(0x11));
  }
  show("boot " + (host.clockIsSet() ? host.now_s() : "unset"));
  host.ready({
    key: function (key) {
      if (key === 15) throw new Error("crash");
      write(key * 16, (key + 1) * 4);
      show("key " + key);
    },
    scan: function (raw) {
      if (raw === "T") host.after(1000, function () { show("timer"); });
      else if (raw === "C") { host.setClock(1000); show("clock " + host.now_s()); }
      else host.post("http://depot/" + raw, new Uint8Array([1]), function (status, body) {
        show("post " + status + " " + body.length);
      });
    },
    service: function (bytes) { if (bytes[0] === 9) write(0, 8); return bytes; },
    linkUp: function () { show("link up"); host.play(2); }
  });
`;
