import type { DirectoryTexts } from "./directory.ja";
import type { Texts } from "./ja";
import type { RegistryTexts } from "./registry.ja";

// Keys of texts are checked by the compiler.
declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Texts; registry: RegistryTexts; directory: DirectoryTexts };
  }
}
