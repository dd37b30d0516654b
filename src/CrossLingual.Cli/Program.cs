using CrossLingual.Cli;

return await Xling.RunAsync(args);
