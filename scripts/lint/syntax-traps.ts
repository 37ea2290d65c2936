// Constructs that the interpreter lacks or gets silently wrong, as ESLint selectors: one local rule each.
// Source: results.md of the interpreter's measurements; CONTRIBUTING.md lists them with what to write instead.

/** A construct that must not stand in source that the interpreter runs. */
export interface SyntaxTrap {
  /** ESLint selector of the offending node. */
  readonly selector: string;
  /** What goes wrong, and what to write instead. */
  readonly why: string;
}

const BUILT_IN_CLASSES =
  "/^(Error|TypeError|RangeError|SyntaxError|ReferenceError|Array|Object|Promise|ArrayBuffer|(Uint|Int|Float|BigInt|BigUint)[0-9]+(Clamped)?Array)$/";

const CLASS_TRAPS: Readonly<Record<string, SyntaxTrap>> = {
  "no-shared-field-initialiser": {
    selector: "PropertyDefinition > :matches(ArrayExpression, ObjectExpression).value",
    why: "a native class shares it between all instances; assign it in the constructor",
  },
  "no-this-in-field-initialiser": {
    selector: "PropertyDefinition > .value ThisExpression, PropertyDefinition > ThisExpression.value",
    why: "`this` is not the instance there in a native class; assign it in the constructor",
  },
  "no-super-method": {
    selector: "MemberExpression > Super.object",
    why: "three levels deep it recurses for ever in a native class; give the parent's method a name of its own",
  },
  "no-extends-builtin": {
    selector: `:matches(ClassDeclaration, ClassExpression)[superClass.name=${BUILT_IN_CLASSES}]`,
    why: "the instance is a plain object without the built-in's behaviour; hold one in a field",
  },
  "no-private-name": { selector: "PrivateIdentifier", why: "`#name` does not exist; end the name in `_`" },
  "no-static-block": { selector: "StaticBlock", why: "static blocks do not exist; assign after the class" },
  "no-new-target": { selector: "MetaProperty", why: "`new.target` and `import.meta` do not exist" },
};

const CONTROL_TRAPS: Readonly<Record<string, SyntaxTrap>> = {
  "no-async": {
    selector: ":function[async=true], AwaitExpression, ForOfStatement[await=true]",
    why: "async functions do not exist; use a callback or a Promise's then",
  },
  "no-generator": { selector: ":function[generator=true]", why: "generators do not exist" },
  "no-label": { selector: "LabeledStatement", why: "labels do not exist; return from a function of its own" },
  "no-case-after-default": {
    selector: "SwitchCase[test=null]:not(:last-child)",
    why: "CASE after DEFAULT unsupported; put `default` last",
  },
  "no-for-in": { selector: "ForInStatement", why: "its order differs and it lists methods; use Object.keys" },
  "no-tagged-template": { selector: "TaggedTemplateExpression", why: "tagged templates do not exist" },
  "no-computed-key": {
    selector: ":matches(Property, MethodDefinition, PropertyDefinition)[computed=true]",
    why: "computed keys do not exist; assign `object[key]` after the literal",
  },
  "no-instanceof-error": {
    selector: "BinaryExpression[operator='instanceof'][right.name=/Error$/]",
    why: "a TypeError is not an instance of Error, and RangeError is TypeError; look at what was thrown",
  },
};

const DATA_TRAPS: Readonly<Record<string, SyntaxTrap>> = {
  "no-json-hook": {
    selector:
      "CallExpression[callee.object.name='JSON'][callee.property.name=/^(parse|stringify)$/][arguments.length>1]",
    why: "a reviver, replacer or indent is silently ignored or differs",
  },
  "no-length-assignment": {
    selector:
      ":matches(AssignmentExpression > MemberExpression.left, UpdateExpression > MemberExpression)[property.name='length']",
    why: "assigning `length` throws on arrays; use splice or a new array",
  },
  "no-sort": {
    selector: "CallExpression[callee.property.name=/^(sort|toSorted)$/]",
    why: "sort is unstable there; insert in order instead",
  },
  "no-data-view": {
    selector: "Identifier[name='DataView']",
    why: "reads beyond the end do not throw; use wire/bytes.ts",
  },
  "no-hole-map": {
    selector: "CallExpression[callee.object.callee.name='Array'][callee.property.name=/^(map|forEach|filter|reduce)$/]",
    why: "missing elements are skipped differently; fill first",
  },
  "no-math-random": {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    why: "not a source of secrets; use the entropy part",
  },
  "no-regexp-constructor": {
    selector: ":matches(NewExpression, CallExpression)[callee.name='RegExp']",
    why: "a pattern made at run time cannot be checked",
  },
};

/** All traps by rule name, without the `parola/` in front. */
export const SYNTAX_TRAPS: Readonly<Record<string, SyntaxTrap>> = { ...CLASS_TRAPS, ...CONTROL_TRAPS, ...DATA_TRAPS };
