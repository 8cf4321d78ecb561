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

type Verdict = { truth: boolean; place?: number | null };
type Answer = string | string[] | number | number[] | Verdict;
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
