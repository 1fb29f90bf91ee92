import { wave } from "hello/wave";
import { live } from "ui/live";

const list = document.querySelector("[data-hello-list]");
if (list !== null) live.on("hello.greeted", (greeting) => wave(list, greeting));
