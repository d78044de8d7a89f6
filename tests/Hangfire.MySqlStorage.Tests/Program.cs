using Hangfire.MySqlStorage.Tests;

return ChildProcess.Serve(args);
