// hushkey from JavaScript: node examples/client.mjs hushkey serve --stdio
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Hushkey {
  #waiting = new Map();
  #last = 0;
  constructor(command) {
    this.child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      const { id, ok, stale, error } = JSON.parse(line);
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      error ? reject(new Error(`${error.code}: ${error.message}`)) : resolve(stale ? null : ok);
    });
  }
  ask(what, given = {}) {
    const id = ++this.#last;
    this.child.stdin.write(JSON.stringify({ id, do: what, ...given }) + "\n");
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }
  close() {
    this.child.stdin.end();
  }
}

const hushkey = new Hushkey(process.argv.slice(2));
await hushkey.ask("hello", { version: 1, surface: "javascript" });
const { suggestions } = await hushkey.ask("suggest", { before: "See you tom" });
console.log(suggestions.map(({ text }) => text).join(" "));
console.log((await hushkey.ask("accept", { suggestion: 0 })).text);
console.log((await hushkey.ask("commit", { text: "See you tomorrow" })).kept);
await hushkey.ask("why", { suggestion: 9 }).catch(({ message }) => console.log(message));
hushkey.close();
