// Save chat: a text file made in this browser, of what it shows anyway.
import { transcript } from "./conversation.js";

export function saveChat() {
  const lines = transcript().map(({ mine, body, at }) => `[${at.toLocaleString()}] ${mine ? "You" : "Stranger"}: ${body}`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain;charset=utf-8" }));
  link.download = `chat-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
