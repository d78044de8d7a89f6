using Hangfire.MySqlStorage.Tests;
using Hangfire.MySqlStorage.Tests.Faults;

return args is [FaultProcess.Command, .. var rest] ? FaultProcess.Run(rest) : ChildProcess.Serve(args);
