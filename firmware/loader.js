// .boot0, the fixed loader: starts the bundle in Storage file "parola.a". Plain ES5; never replaced in service.
// Without a bundle the interpreter's console stays as it is, so that the device can be flashed.
// eslint-disable-next-line @typescript-eslint/no-require-imports
if (require("Storage").read("parola.a")) eval(require("Storage").read("parola.a"));
