import type { CurvedTexts } from "./curved.ja";

export const curvedEn: CurvedTexts = {
  mode: "Panoramic",
  refused: {
    volume: "The images are not evenly placed, so no panoramic picture can be made of them.",
    notAxial:
      "These are no axial slices, so no panoramic picture can be made of them. Choose an axial series.",
    large: "The volume is too large for a panoramic picture. Read it by MPR.",
  },
  coarse:
    "While loading, slices that have not arrived are filled in from those near them. Measure when all have.",
  meaning:
    "Distances in the panoramic picture follow a curved surface and are not those of a plane. Measurements give both: along the arc (the surface), and straight.",
  lengths: "arc {{arc}} / straight {{straight}}",
  inReport: "measured in a panoramic reformat (arc {{arc}}, straight {{straight}})",
  view: {
    axial: "Axial slice and dental arch",
    arch: "Panoramic (curved reformat)",
    section: "Section across the arch at {{along}} mm",
  },
  along: "{{along}} mm",
  cheek: "Buccal",
  tongue: "Lingual",
  control: "Point {{number}} of {{count}} of the arch: arrow keys move it, Delete removes it",
  arch: {
    label: "Dental arch",
    find: "Find it",
    draw: "Draw by points",
    clear: "Remove",
    looking: "Looking for the dental arch…",
    found: "The dental arch was found. Correct it by moving its points in the axial slice.",
    drawn: "Dental arch: drawn by hand",
    none: "No dental arch was found. Choose “Draw by points” and click along the teeth in the axial slice.",
    few: "Click along the teeth in the axial slice (two points or more).",
    note: "Changing the arch removes what was measured in the panoramic picture and in sections.",
  },
  projected: "Axial view as maximum projection (MIP)",
  slab: "Thickness",
  thin: "One slice",
  blend: { label: "Blending", mean: "Mean", max: "Maximum (MIP)" },
  low: "Lower end",
  high: "Upper end",
  mm: "{{mm}} mm",
  position: "Position along the arch",
  sections: { label: "Sections", count: "Number", distance: "Distance", width: "Width" },
  planning: {
    label: "Planning",
    nothing: "Nothing",
    canal: "Trace a nerve canal",
    implant: "Place an implant",
    session:
      "Canals and implants are of this window only; neither the report nor the case keeps them.",
    kept: "Canals and implants are kept in the draft of your report until it is signed.",
    insert: "Write into the report",
    insertHelp:
      "Writes canals, implants and distances below the findings, and takes the slices that show them as key images. Once more writes them anew.",
    inserted: "Written into the findings.",
    canalHelp:
      "Press on the middle of the canal, one place after the other, in sections or in the panoramic picture.",
    implantHelp:
      "Press in a section where the middle of the implant's upper end is to be. Its points move and tilt it.",
  },
  planned: {
    heading: "Planned in the panoramic reformat (sizes are of no maker's product):",
    line: "- {{line}}",
    canal: "canal {{number}}: traced over {{length}}, drawn {{diameter}} wide",
    implant: "implant {{number}}: {{diameter}} wide, {{length}} long",
    and: ", ",
    canalHere: "course of the nerve canal",
  },
  canal: {
    name: "Canal {{number}}",
    points: "{{count}} points",
    from: "{{distance}} to canal {{number}}",
    more: "New canal",
    continue: "Go on tracing",
    diameter: "Diameter",
    remove: "Remove canal {{number}}",
  },
  implant: {
    name: "Implant {{number}}",
    head: "Upper end of implant {{number}}: arrow keys move it",
    apex: "Tip of implant {{number}}: arrow keys tilt it",
    diameter: "Diameter",
    length: "Length",
    remove: "Remove implant {{number}}",
    clearance: "{{distance}} to canal {{number}}",
    near: "{{distance}} to canal {{number}} (less than 2 mm)",
    meets: "Meets canal {{number}}",
    sizes: "Sizes are of no maker's product.",
  },
};
