// What a program in JavaScript sees.
console.log(process.argv, process.cwd(), process.title, process.execArgv, process.ppid, process.pid, process.umask());
console.log(Object.keys(process.env).sort(), process.stdin.isTTY, process.stdout.isTTY);
