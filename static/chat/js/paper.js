// A page to read: nothing moves on it, but leaving is as fast as anywhere else.
import { linksInPlace } from "./inplace.js";
import { watchLeaving } from "./leaving.js";

linksInPlace();
watchLeaving();
