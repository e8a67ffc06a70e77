// Globals of the two libraries that pages load with a script element of their own.
declare const signalR: typeof import("@microsoft/signalr");
declare const htmx: typeof import("htmx.org").default;
