// Package python holds the child's side of brood's wire for workers written in
// Python: one file, brood_worker.py, for Python 3.8 and later, that needs
// nothing but the standard library. A script imports it and calls serve:
//
//	import brood_worker
//
//	def handle(payload):
//	    return payload.upper()
//
//	brood_worker.serve(handle)
//
// The script finds the file beside itself, or in a directory that PYTHONPATH
// names. The file is here as text for programs that bring it along:
//
//	err := python.WriteTo(dir)
//	...
//	command := runtime.Command{
//		Path: "python3",
//		Args: []string{"worker.py"},
//		Env:  runtime.Env{Set: map[string]string{"PYTHONPATH": dir}},
//	}
//
// With runtime.PoolSpec.Zygote the script runs once, up to serve, and the workers
// are forks of it. The zygote's side of that is in the same file.
//
// A worker in Python handles one task at a time, marks what it begins, gives back
// what it has not begun, and follows cancels if the handler asks (check, cancelled).
// Payloads are bytes; runtime.Method's JSON is json.loads and json.dumps there. It
// knows no streamed tasks, and answers them with an error.
package python
