using CrossLingual.Cli;

// A front end waits for its kernel: the other commands are not set up first.
return args switch
{
    ["kernel", "run", var file] when !file.StartsWith('-') => KernelCommand.Guard(file),
    ["kernel", KernelCommand.Work, var file, var pipe] => KernelCommand.Serve(file, pipe),
    _ => await Xling.RunAsync(args),
};
