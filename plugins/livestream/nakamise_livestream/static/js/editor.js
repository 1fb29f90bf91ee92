/** Entry of a broadcast's form: products as they are chosen, the run-sheet when it is saved. */

import * as goods from "./editor-goods.js";
import * as sheet from "./editor-sheet.js";

sheet.start();
goods.start(sheet.offer);
