const { exercise } = require('./exercise.cjs');

exercise({ main: require('rx-broker'), operators: require('rx-broker/operators'), testing: require('rx-broker/testing'), rxjs: require('rxjs') })
  .then((outcome) => console.log(JSON.stringify({ ...outcome, file: require.resolve('rx-broker') })));
