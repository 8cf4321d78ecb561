// What the scripts of the practice page work on.  The data of the page come from gdquiz.practice.questions, .families,
// .grammar and .record; here is what the scripts may rely on.

// --- numbers and formulas --------------------------------------------------------------------------------------------

// Exact, in lowest terms, the bottom positive.
interface Ratio {
  readonly top: bigint;
  readonly bottom: bigint;
}
// top times 2^power.
interface Precise {
  readonly top: bigint;
  readonly power: bigint;
}
interface NumberTree {
  number: Ratio;
  name?: undefined;
  apply?: undefined;
}
interface NameTree {
  name: string;
  number?: undefined;
  apply?: undefined;
}
interface CallTree {
  apply: string;
  of: Tree[];
  number?: undefined;
  name?: undefined;
}
type Tree = NumberTree | NameTree | CallTree;
type RatioPoint = Record<string, Ratio>;
interface Grammar {
  functions: Record<string, [number, number | null]>;
  greek: Record<string, string>;
  limits: Record<
    "open" | "length" | "depth" | "nodes" | "digits" | "power" | "degree" | "power_bits" | "constant_exponent",
    number
  >;
  // At which formulas in some variables (their names with spaces between) are compared, in 1994ths.
  samples: Record<string, number[][]>;
}

// --- questions and their keys ----------------------------------------------------------------------------------------

// The number of a text in the table of the page.
type TextNumber = number;
type Kind = keyof typeof RULES;
interface Item {
  id: string;
  title: TextNumber;
  topic: string;
  skill: string;
  tier: number;
  minutes: number;
  guess: number;
  parts: Part[];
  // What the page adds when it is opened.
  questions: Question[];
  codes: Set<string>;
  lot: number;
}
interface Part {
  id: string;
  kind: Kind;
  points: number;
  digits?: number;
  variables?: string[];
  positive?: boolean;
  names?: TextNumber[];
}
interface Question {
  item: number;
  row: number;
  name: string;
  stem: TextNumber;
  hints?: TextNumber[];
  solution?: TextNumber;
  figure?: TextNumber;
  key_figure?: TextNumber;
  parts: ToldPart[];
}
interface Option {
  id: string;
  text: TextNumber;
  feedback?: TextNumber;
}
interface NumberKey {
  value: string;
  low: string;
  high: string;
}
interface Wrong {
  code: string;
  values?: string[];
  options?: string[];
  formula?: string;
  credit?: number;
  shown?: TextNumber;
  feedback?: TextNumber;
}
// A number as text, a name, or a function with its arguments.
type Follow = string | ["name", string] | [string, ...Follow[]];
// The key of a part, without texts.
interface Key {
  numbers?: NumberKey[];
  right?: string[];
  truth?: boolean;
  formula?: string;
  follow?: Follow;
  options?: Option[];
  wrong?: Wrong[];
}
interface ToldPart extends Key {
  ask: TextNumber;
  rounding?: TextNumber;
  labels?: TextNumber[];
  prompts?: Option[];
  shown?: TextNumber[];
  guide?: { points: number; text: TextNumber }[];
  follow_through?: TextNumber;
}

// --- marking ---------------------------------------------------------------------------------------------------------

type Judgement = { truth: boolean; place?: number | null };
type Answer = string | string[] | number | number[] | Judgement;
interface Marking {
  credit: Ratio;
  right: boolean;
  understood: string;
  misconceptions: string[];
  wrong: Wrong | null;
  // A sentence of marking itself, or a text of the page.
  said: string | TextNumber;
  followed: boolean;
  unreadable: string;
  by_hand: boolean;
}
// Ends are null where there are none; each is told to be open, closed or infinite.
interface ReadInterval {
  ends: (Ratio | null)[];
  told: string[];
}
// Each kind knows what its keys have and what its responses are.
type Rule<Has = any, Given = any> = (
  part: Part,
  key: Key & Has,
  response: Given,
  earlier: RatioPoint,
  grammar: Grammar,
) => Marking;
interface Numbers {
  numbers: NumberKey[];
}
interface Choices {
  options: Option[];
  right: string[];
}
// A value on the way of what follows, and how much there was to work out.
interface Piece<Value = Ratio | boolean> {
  value: Value;
  carried: boolean;
  work: number;
}

// --- reading formulas ------------------------------------------------------------------------------------------------

interface Token {
  kind: string;
  text: string;
  column: number;
}
type Put = (kind: string, value: string, column: number) => void;
// A tree with what the limits need to know of it; an `open` sum or product can still grow.
interface Parsed {
  tree: Tree;
  column: number;
  depth: number;
  nodes: number;
  degree: number;
  constant: Ratio | null;
  open?: boolean;
}

// --- the explorer ----------------------------------------------------------------------------------------------------

// yes from, no from, and whether yes is the larger side
type Bound = [yes: number, no: number, large: boolean];
type Bounds = Record<string, Bound>;
interface JudgingRule {
  axis: string;
  value: string;
  sentence: string;
  bounds: Bounds;
}
interface Critical {
  point: number[];
  exact: string[] | null;
  kind: string;
  loss: number;
  curvatures: number[];
  global: boolean;
}
// Numbers are exact strings.
type Proof =
  | { kind: "quadratic"; curvatures: string[]; centre: string[] }
  | { kind: "power"; size: string; exponent: number; centre: string[] }
  | { kind: "absolute"; size: string; centre: string[] };
interface FamilyData {
  id: string;
  title: string;
  show: string;
  topics: string[];
  shown: string;
  variables: string[];
  loss: string;
  gradient: string[];
  hessian: string[][];
  ranges: [number, number][];
  grid: string;
  start: string[];
  rate: string;
  rates: string[];
  stable: string | null;
  critical: Critical[];
  knowledge: {
    bounded_below: number;
    attained: number;
    convex: number;
    best: number | null;
    critical_values: number[] | null;
    barriers: number[] | null;
    target: number[] | null;
  };
  proof: Proof | null;
  contours: number[][];
}
interface Field {
  loss: (point: number[]) => number;
  slopes: Tree[];
  gradient: (point: number[]) => number[];
  hessian: (point: number[]) => number[][];
}
type Family = Omit<FamilyData, "rates" | "grid"> & { rates: Ratio[]; grid: Ratio; field: Field };
interface ExactRun {
  start: Ratio[];
  rate: Ratio;
}
interface Run {
  start: number[];
  rate: number;
  method: string;
  beta: number;
  exact: ExactRun;
}
type Update = (
  field: Field,
  point: number[],
  rate: number,
  beta: number,
  memory: number[] | null,
) => [number[], number[] | null];
// A long run in a short form; see gdquiz.judging.observation.
interface Seen {
  run: Run;
  field: Field;
  steps: number;
  shown: number;
  points: number[][];
  heights: number[];
  tail: number[][];
  slopes: number[][];
  streak: number;
  kept: number;
  escaped: boolean;
  overflowed: boolean;
  wrong: number;
  wrong_late: number;
  right_late: number;
  final_height: number;
  middle_height: number;
  middle_norm: number;
  low: number[][];
  high: number[][];
}
interface Repetition {
  pattern: number;
  period: number;
  multiplier: number;
}
interface Confirmed {
  place: number[] | null;
  certificate: number;
  eigenvalues: number[] | null;
}
// What the rules look at, and what was decided already.
interface Found extends Repetition, Confirmed {
  seen: Seen;
  family: Family;
  scale: number;
  gradient: number;
  last_gradient: number;
  step: number;
  stationary: number;
  long: number;
  spread: number;
  expansion: number;
  limit: string;
  resting: boolean;
  point: string;
  bounds: (name: string) => Bound;
}
type Decide = (found: Found, bound: (name: string, measured: number) => number) => any;
// What exact arithmetic knows of a run; answers by flag, and by step for events.
interface Sure {
  limit: string;
  period: number;
  point: string;
  best: boolean;
  at?: number[];
  overshoot: number[];
  crossing: number[];
  [flag: string]: any;
}
interface Outcome {
  seen: Seen;
  exact: boolean;
  limit: string;
  period: number;
  point: string;
  scope: string;
  place: number[] | null;
  overshoot: number[];
  crossing: number[];
  [flag: string]: any;
}
interface Direction {
  curvature: Ratio;
  error: Ratio;
  factor: Ratio;
  size: Ratio;
  moving: boolean;
}
interface Explorer {
  show: (id: string) => void;
  // The verdict on a run, for tests; numbers are exact strings.
  judge: (id: string, start: string[], rate: string, method: string, shown: number) => object;
}
interface Frame {
  ranges: [[number, number], [number, number]];
  x: (value: number) => number;
  y: (value: number) => number;
  back: (px: number, py: number) => [number, number];
}

// --- elements --------------------------------------------------------------------------------------------------------

// A function is a listener; null, undefined and false leave an attribute out.
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>;
type Child = Node | string | null | undefined;
interface Texts {
  html: (number: TextNumber) => string;
  element: <Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    number: TextNumber | undefined,
    attributes?: Attributes,
  ) => HTMLElementTagNameMap[Tag];
}
interface AnswerField {
  element: HTMLElement;
  read: () => Answer | null;
}
// Makes the field of a part; each kind finds what it needs of these.
type MakeField = (
  part: Part & { names: TextNumber[]; variables: string[] },
  question: ToldPart & { labels: TextNumber[]; options: Option[]; prompts: Option[] },
  id: string,
  texts: Texts,
) => AnswerField;
interface LockedField extends AnswerField {
  controls: () => any[];
  lock: () => void;
}

// --- records of practice (gdquiz.practice.record) --------------------------------------------------------------------

interface SkillSums {
  mastery: number;
  questions: number;
  credit: number;
  last: number;
}
interface Sums {
  questions: number;
  skills: Record<string, SkillSums>;
  items: Record<string, number>;
  misconceptions: Record<string, number>;
  pending: string;
  pursued: number;
}
interface Asked {
  id: string;
  number: number;
  item: string;
  left: boolean;
  answer: { skill: string; credit: number; chance: number; codes: string[] } | null;
}
interface PracticeRecord {
  readonly earlier: Sums[];
  readonly log: Asked[];
}
// A JSON Schema, of the rules that the schemas of records use.
interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  anyOf?: Schema[];
  const?: unknown;
  type?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  pattern?: string;
  maxItems?: number;
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
}
interface Tracing {
  start: number;
  learn: number;
  slip: number;
  mastered: number;
  pursued: number;
}
interface Session {
  progress: () => Sums;
  skill: (name: string) => SkillSums;
  isMastered: (name: string) => boolean;
  asked: (item: string) => void;
  skipped: () => void;
  answered: (name: string, credit: number, chance: number, codes: string[]) => void;
  reset: () => void;
  text: () => string;
  take: (text: string) => string[];
  aside: () => string[];
}

// --- the page --------------------------------------------------------------------------------------------------------

interface PageData {
  gdquiz: string;
  id: string;
  title: string;
  grammar: Grammar;
  records: Record<string, Schema>;
  mastery: Tracing;
  skills: Record<string, string[]>;
  items: Item[];
  questions: Question[];
  misconceptions: Record<string, { title: TextNumber; why?: TextNumber }>;
  skeletons: string[];
  texts: [number, ...(number | string)[]][];
  explorer: {
    families: FamilyData[];
    methods: { name: string; title: string; formula: string; beta: boolean }[];
    beta: string;
    steps: number;
    rules: JudgingRule[];
    words: Record<string, string>;
    undecided: string;
  };
}
// A part of the question on the page, and what became of it.
interface ShownPart {
  part: Part;
  told: ToldPart;
  field: LockedField;
  feedback: HTMLElement;
  element: HTMLElement;
  marking: Marking | null;
  first: { credit: number; misconceptions: string[] } | null;
  given: Ratio | null;
  response: Answer | null;
}
declare var gdquiz: unknown;
