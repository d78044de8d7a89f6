using PinScheduler.Hosting.Embedded;

return args is ["broker", ..] ? await BrokerProcess.RunAsync(args) : 0;
