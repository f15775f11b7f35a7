import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ICONS } from "../icons";
import type { Mode } from "../pure/hanging";
import { MEASURING, TOOL_KEYS, toolsFor, type Tool } from "../pure/keys";
import { ToolButton } from "./ToolButton";
import { ToolMenu } from "./ToolMenu";

/** What one measures with where a series is shown so, and what takes measurements away. */
export function MeasureMenu({
  tool,
  mode,
  onTool,
  onRemoveLast,
  onRemoveAll,
}: {
  tool: Tool;
  mode: Mode;
  onTool: (tool: Tool) => void;
  onRemoveLast: () => void;
  onRemoveAll: () => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  const held = MEASURING.includes(tool);
  return (
    <ToolMenu
      label={t("menu.measure")}
      icon={held ? ICONS[tool] : ICONS.ruler}
      name={held ? t(`tool.${tool}`) : t("menu.measure")}
      held={held}
    >
      {toolsFor(mode)
        .filter((one) => MEASURING.includes(one))
        .map((one) => (
          <ToolButton
            key={one}
            icon={ICONS[one]}
            name={t(`tool.${one}`)}
            letter={TOOL_KEYS[one]}
            pressed={one === tool}
            onPress={() => onTool(one)}
          />
        ))}
      <hr />
      <ToolButton
        icon={ICONS.removeLast}
        name={t("act.removeLast")}
        letter="Del"
        onPress={onRemoveLast}
      />
      <ToolButton icon={ICONS.removeAll} name={t("act.removeAll")} onPress={onRemoveAll} />
    </ToolMenu>
  );
}
