// An error in JavaScript.
function f() { throw new Error("thrown"); }
f();
