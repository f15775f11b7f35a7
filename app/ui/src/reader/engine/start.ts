import {
  cache,
  getConfiguration,
  getRenderingEngine,
  getShouldUseCPURendering,
  imageLoader,
  init,
  metaData,
  RenderingEngine,
  utilities,
} from "@cornerstonejs/core";
import { init as initTools } from "@cornerstonejs/tools";
import { loadFrame } from "./loader";
import { provide } from "./provider";
import { forgetFacts, SCHEME } from "./source";
import { HALVED_STRIDES } from "./strides";
import { addTools, removeMeasurements } from "./tools";

const ENGINE = "reader";
/** Above the provider of what was added by hand, which knows nothing of our frames. */
const PRIORITY = 1000;

let started = false;

/** The one engine that draws all panes. */
export function engine(): RenderingEngine {
  if (!started) {
    started = true;
    // One WebGL context for all panes: a volume then lies once in the memory of the graphics card.
    const config = getConfiguration();
    init({ ...config, rendering: { ...config.rendering, webGlContextCount: 1 } });
    initTools();
    metaData.addProvider(provide, PRIORITY);
    imageLoader.registerImageLoader(SCHEME, loadFrame);
    utilities.imageRetrieveMetadataProvider.add("volume", HALVED_STRIDES);
    addTools();
  }
  return getRenderingEngine(ENGINE) ?? new RenderingEngine(ENGINE);
}

/** Whether this machine draws by WebGL, software included. */
export function canDrawVolumes(): boolean {
  engine();
  return !getShouldUseCPURendering();
}

let longest: number | undefined;

/** Most voxels in a row that this machine's graphics takes of a volume; 0 when it draws none. */
export function longestTexture(): number {
  if (longest === undefined) {
    const context = document.createElement("canvas").getContext("webgl2");
    longest = context ? Number(context.getParameter(context.MAX_3D_TEXTURE_SIZE)) : 0;
    // Browsers allow few of them.
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return longest;
}

/** Ends drawing and lets go of everything of the patient. */
export function leave(): void {
  removeMeasurements();
  getRenderingEngine(ENGINE)?.destroy();
  cache.purgeCache();
  forgetFacts();
}
