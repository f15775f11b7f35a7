import type { BrowserContext } from "playwright-core";
import type { RegistryDesk } from "./registryDesk";

/** A document as an applicant photographs it: drawn by the browser, so that the console shows a real image. */
const LICENCE = `<!doctype html><meta charset="utf-8">
<body style="margin:0;width:900px;height:620px;background:#f7f1df;font-family:serif;color:#222">
<div style="margin:28px;padding:36px;border:6px double #8a7a4a;height:480px">
<h1 style="text-align:center;letter-spacing:.6em;margin:0 0 40px">歯科医師免許証</h1>
<p style="font-size:24px">登録番号&emsp;第 234567 号</p>
<p style="font-size:30px;margin:36px 0">鈴木&emsp;一郎</p>
<p style="font-size:22px">平成 16 年 4 月 20 日 歯科医籍に登録したことを証する</p>
<p style="text-align:right;font-size:24px;margin-top:70px">厚生労働大臣&emsp;見本</p></div>`;

const CERTIFICATE = `<!doctype html><meta charset="utf-8"><h1>専門医認定証（見本）</h1><p>鈴木 一郎&emsp;第77号</p>`;

/** Applications with their papers, and a list that has the specialist and not the dentist; gives both ids. */
export async function applyWithPapers(desk: RegistryDesk, context: BrowserContext) {
  const { png, pdf } = await drawPapers(context);
  const evidence = [
    `licence=${desk.write("免許証.png", png)}`,
    `qualification=${desk.write("専門医認定証.pdf", pdf)}`,
  ];
  desk.write(
    "specialists.csv",
    "licence_number,board,board_number,name,valid_to\n" +
      "234567,oral-radiology,第77号,鈴木 一郎,2029-03-31\n" +
      "111111,diagnostic-radiology,第5号,高橋 次郎,2028-03-31\n",
  );
  desk.apply("node.sealed", "node", []);
  return {
    specialist: desk.apply("specialist.sealed", "specialist", evidence),
    dentist: desk.apply("dentist.sealed", "dentist", evidence.slice(0, 1)),
  };
}

/** The licence as a picture, the board's certificate as a document. */
export async function drawPapers(context: BrowserContext): Promise<{ png: Buffer; pdf: Buffer }> {
  const page = await context.newPage();
  await page.setViewportSize({ width: 900, height: 620 });
  await page.setContent(LICENCE);
  const png = await page.screenshot();
  await page.setContent(CERTIFICATE);
  const pdf = await page.pdf({ format: "A5" });
  await page.close();
  return { png, pdf };
}

/** A picture as a telephone takes it, of several megabytes: noise, which nothing makes small but fewer pixels. */
export async function drawPhotograph(context: BrowserContext): Promise<Buffer> {
  const page = await context.newPage();
  await page.setContent("<canvas width=2600 height=1800></canvas>");
  const address = await page.locator("canvas").evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const drawing = canvas.getContext("2d");
    for (let x = 0; x < canvas.width; x += 4)
      for (let y = 0; y < canvas.height; y += 4) {
        if (!drawing) continue;
        drawing.fillStyle = `hsl(${String((x * y) % 40)} 40% ${String(50 + ((x ^ y) % 45))}%)`;
        drawing.fillRect(x, y, 4, 4);
      }
    return canvas.toDataURL("image/jpeg", 1);
  });
  await page.close();
  return Buffer.from(address.slice(address.indexOf(",") + 1), "base64");
}
