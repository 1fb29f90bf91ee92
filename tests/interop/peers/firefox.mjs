// A page in Firefox by WebDriver BiDi: each line on standard input is an expression, each line out its JSON.
//
//   node firefox.mjs EXECUTABLE URL

import {createInterface} from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath, url] = process.argv.slice(2);
const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    extraPrefsFirefox: {
        "media.autoplay.default": 0,
        "media.navigator.permission.disabled": true,
        "media.navigator.streams.fake": true,
        "media.peerconnection.ice.loopback": true,
    },
});
const page = await browser.newPage();
await page.goto(url);
console.log(JSON.stringify({version: await browser.version()}));

for await (const line of createInterface({input: process.stdin})) {
    try {
        console.log(JSON.stringify({value: (await page.evaluate(line)) ?? null}));
    } catch (error) {
        console.log(JSON.stringify({error: String(error)}));
    }
}
await browser.close();
