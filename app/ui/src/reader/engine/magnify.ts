import { Enums, getEnabledElement, setVolumesForViewports, type Types } from "@cornerstonejs/core";
import { Enums as ToolEnums, MagnifyTool, type Types as ToolTypes } from "@cornerstonejs/tools";

/** The name of the viewport in the glass; MagnifyTool's own functions move and close it by this. */
const GLASS = "magnify-viewport";

/** What Cornerstone tells of a finger that rests. */
export interface Press {
  element: HTMLDivElement;
  lastPoints: ToolTypes.IPoints;
}

type Interaction = Parameters<MagnifyTool["preMouseDownCallback"]>[0];

/** What MagnifyTool keeps to itself. */
interface Inner {
  _positionMagnifyElement: (glass: HTMLElement, at: Types.Point2, element: HTMLElement) => void;
  _hasBeenRemoved: boolean;
}

/** The magnifier in sections of a volume too: Cornerstone's own knows stacks only. */
export class MagnifyAnywhere extends MagnifyTool {
  static override toolName = "Magnify";

  constructor(...given: ConstructorParameters<typeof MagnifyTool>) {
    super(...given);
    const inStack = this.preMouseDownCallback;
    const overStack = this._createMagnificationViewport;
    this.preMouseDownCallback = (event) => {
      const at = viewportAt(event.detail.element);
      if (at?.viewport.type !== Enums.ViewportType.ORTHOGRAPHIC) return inStack(event);
      this.editData = {
        referencedImageId: "",
        viewportIdsToRender: [],
        enabledElement: at,
        renderingEngine: at.renderingEngine,
        currentPoints: event.detail.currentPoints,
        isTouch: event.type === (ToolEnums.Events.TOUCH_START as string),
      };
      this._createMagnificationViewport();
      this._activateDraw(event.detail.element);
      event.preventDefault();
      return true;
    };
    this._createMagnificationViewport = () => {
      const viewport = this.editData?.enabledElement.viewport;
      if (viewport?.type === Enums.ViewportType.ORTHOGRAPHIC)
        this.overSection(viewport as Types.IVolumeViewport);
      else overStack();
    };
  }

  /** Magnifies what a finger rests on, until it is lifted. */
  hold({ detail }: CustomEvent<Press>): void {
    const { element, lastPoints } = detail;
    const begun = new CustomEvent(ToolEnums.Events.TOUCH_START, {
      detail: { ...detail, element, currentPoints: lastPoints },
    });
    this.preTouchStartCallback(begun as unknown as Interaction);
  }

  /** A viewport of the same volume, cut by the same plane, in the glass. */
  private overSection(viewport: Types.IVolumeViewport): void {
    const { editData, configuration } = this;
    const inner = this as unknown as Inner;
    if (!editData) return;
    const { renderingEngine, currentPoints } = editData;
    const { magnifySize, magnifyWidth, magnifyHeight } = configuration as Record<string, number>;
    const { element } = viewport;
    const glass = document.createElement("div");
    glass.className = "magnifyTool";
    glass.style.position = "absolute";
    glass.style.width = `${magnifyWidth ?? 0}px`;
    glass.style.height = `${magnifyHeight ?? 0}px`;
    element.querySelector(".viewport-element")?.appendChild(glass);
    renderingEngine.enableElement({
      viewportId: GLASS,
      type: Enums.ViewportType.ORTHOGRAPHIC,
      element: glass,
    });
    inner._positionMagnifyElement(glass, currentPoints.canvas, element);
    const { parallelScale = 1, viewPlaneNormal, viewUp, focalPoint } = viewport.getCamera();
    const { voiRange, invert = false, slabThickness } = viewport.getProperties() ?? {};
    const share = (magnifyHeight ?? 1) / Math.max(element.clientHeight, 1) / (magnifySize ?? 1);
    setVolumesForViewports(
      renderingEngine,
      [{ volumeId: viewport.getVolumeId(), blendMode: viewport.getBlendMode() }],
      [GLASS],
    )
      .then(() => {
        // The finger may be gone by now.
        const made = renderingEngine.getViewport<Types.IVolumeViewport | undefined>(GLASS);
        if (!made || inner._hasBeenRemoved || !focalPoint || !viewPlaneNormal || !viewUp) return;
        made.setCamera({ viewPlaneNormal, viewUp });
        if (slabThickness !== undefined) made.setSlabThickness(slabThickness);
        made.setProperties({ ...(voiRange && { voiRange }), invert });
        const [x, y, z] = currentPoints.world;
        const away = 1000;
        const [a, b, c] = viewPlaneNormal;
        made.setCamera({
          parallelScale: parallelScale * share,
          focalPoint: [x, y, z],
          position: [x + away * a, y + away * b, z + away * c],
        });
        made.render();
      })
      .catch(() => undefined);
  }
}

function viewportAt(element: HTMLDivElement): Types.IEnabledElement | undefined {
  return getEnabledElement(element);
}
