// What every page of a visit does, and before anything else that it does: leaving is as fast everywhere.
import { linksInPlace } from "./inplace.js";
import { watchLeaving } from "./leaving.js";

linksInPlace();
watchLeaving();
